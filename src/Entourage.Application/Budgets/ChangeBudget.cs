using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Json;
using Entourage.Application.Settings;
using Entourage.Application.Tasks;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using FluentValidation;
using FluentValidation.Results;
using MediatR;

namespace Entourage.Application.Budgets;

/// <summary>
/// Changes a budget. Absent members keep their values. Of a cap in the settings only the limit in dollars can change here; it is the setting that changes.
/// </summary>
/// <param name="Id">The budget.</param>
/// <param name="Name">The name; null for none.</param>
/// <param name="LimitUsd">The limit (USD); null for none.</param>
/// <param name="LimitTokens">The limit in tokens; null for none.</param>
/// <param name="Enforcement">Whether it refuses or only observes.</param>
/// <param name="OnExceed">What happens to a session whose usage exhausts it; null for what its team does.</param>
/// <param name="Thresholds">The shares that raise an alert; null for those of the team.</param>
/// <param name="Fixed">The names of the members of the request that cannot change.</param>
public sealed record ChangeBudgetCommand(
    string Id,
    Patch<string?> Name,
    Patch<Money?> LimitUsd,
    Patch<long?> LimitTokens,
    Patch<Enforcement> Enforcement,
    Patch<OnExceed?> OnExceed,
    Patch<IReadOnlyList<decimal>?> Thresholds,
    IReadOnlyList<string> Fixed) : ILedgerCommand<BudgetDetailsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => BudgetId.RequiredPermission(Id);

    /// <summary>The members that a cap in the settings does not have, by their JSON names.</summary>
    internal IEnumerable<string> MembersOfRules => new[]
        {
            (Name.IsSet, "name"), (LimitTokens.IsSet, "limit_tokens"), (Enforcement.IsSet, "enforcement"), (OnExceed.IsSet, "on_exceed"), (Thresholds.IsSet, "thresholds"),
        }
        .Where(member => member.Item1)
        .Select(member => member.Item2);
}

internal sealed class ChangeBudgetValidator : AbstractValidator<ChangeBudgetCommand>
{
    public ChangeBudgetValidator()
    {
        RuleFor(command => command.Name.Value).OptionalLine(BudgetRule.NameLength).OverridePropertyName("Name");
        RuleFor(command => command.LimitUsd.Value).Usd().OverridePropertyName("LimitUsd");
        RuleFor(command => command.LimitTokens.Value).InclusiveBetween(0, BudgetRule.LargestTokens).OverridePropertyName("LimitTokens");
        RuleFor(command => command.Thresholds.Value).Thresholds().OverridePropertyName("Thresholds");
        RuleFor(command => command).Custom((command, context) =>
        {
            foreach (var member in command.Fixed)
            {
                context.AddFailure(new ValidationFailure(member, $"'{member}' of a budget cannot change. Create another budget, and delete this one."));
            }

            if (BudgetId.Parse(command.Id)?.Setting is { } setting)
            {
                foreach (var member in command.MembersOfRules)
                {
                    context.AddFailure(new ValidationFailure(
                        member, $"'{member}' cannot change here, because this budget is the setting '{setting.Setting}'. Change the settings with PATCH {setting.Path}{{id}}."));
                }

                if (command.LimitUsd is { IsSet: true, Value: null })
                {
                    context.AddFailure(new ValidationFailure("limit_usd", "'limit_usd' must be an amount. Delete the budget to remove the limit."));
                }
            }
        });
    }
}

internal sealed class ChangeBudgetHandler(IEntourageDb db, IMediator mediator, AuditTrail audit, CrossedLines lines, TimeProvider time)
    : IRequestHandler<ChangeBudgetCommand, BudgetDetailsResponse>
{
    public async Task<BudgetDetailsResponse> Handle(ChangeBudgetCommand request, CancellationToken cancellationToken)
    {
        if (BudgetId.Parse(request.Id) is { Setting: null } id)
        {
            return await db.InTransactionAsync(inTransaction => ChangeAsync(id.RuleId, request, inTransaction), cancellationToken);
        }

        var definitions = new BudgetDefinitions(db);
        var budget = await definitions.GetAsync(request.Id, cancellationToken);
        if (request.LimitUsd.IsSet)
        {
            await mediator.SetLimitAsync(budget.Response.Id, request.LimitUsd.Value, cancellationToken);
            budget = await definitions.GetAsync(request.Id, cancellationToken);
        }

        return await new BudgetFigures(db, time.GetUtcNow()).ReadAsync(budget, cancellationToken);
    }

    private async Task<BudgetDetailsResponse> ChangeAsync(long ruleId, ChangeBudgetCommand request, CancellationToken cancellationToken)
    {
        var rule = await db.LockBudgetAsync(ruleId, cancellationToken);
        var lineState = await lines.BeginAsync(BudgetReach.OfRule(rule), cancellationToken);
        var (before, terms) = (AuditedBudget.Of(rule), rule.Terms);
        rule.Change(terms with
        {
            Name = request.Name.Or(terms.Name),
            LimitUsd = request.LimitUsd.Or(terms.LimitUsd),
            LimitTokens = request.LimitTokens.Or(terms.LimitTokens),
            Enforcement = request.Enforcement.Or(terms.Enforcement),
            OnExceed = request.OnExceed.Or(terms.OnExceed),
            Thresholds = request.Thresholds.IsSet ? request.Thresholds.Value is { } shares ? AlertThresholds.Of(shares) : null : terms.Thresholds,
        });
        audit.Add(AuditAction.BudgetChanged, AuditedBudget.SubjectOf(rule), before, AuditedBudget.Of(rule));
        await db.SaveChangesAsync(cancellationToken);
        var counters = new RuleCounters(db, time);
        if ((terms.LimitUsd is null && rule.LimitUsd is not null) || (terms.LimitTokens is null && rule.LimitTokens is not null))
        {
            await counters.CountAsync(rule, cancellationToken);
        }
        else if (terms.LimitUsd is not null && rule.LimitUsd is null)
        {
            await counters.DeleteAsync(rule.Id, BudgetUnit.Usd, cancellationToken);
        }
        else if (terms.LimitTokens is not null && rule.LimitTokens is null)
        {
            await counters.DeleteAsync(rule.Id, BudgetUnit.Tokens, cancellationToken);
        }

        await db.RaiseVersionAsync(rule.OrganisationId, cancellationToken);
        await lines.FollowAsync(lineState, cancellationToken);
        return await new BudgetFigures(db, lineState.At).ReadAsync(BudgetDefinition.Of(rule), cancellationToken);
    }
}

/// <summary>Changes the settings whose caps are budgets.</summary>
internal static class SettingChange
{
    /// <summary>Sets or removes the limit of a budget.</summary>
    /// <param name="mediator">Sends the command that changes the setting.</param>
    /// <param name="id">The id of the budget, which is a cap in the settings.</param>
    /// <param name="limit">The limit (USD); null to remove it.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    public static Task SetLimitAsync(this IMediator mediator, string id, Money? limit, CancellationToken cancellationToken)
    {
        var (_, setting, owner) = BudgetId.Parse(id)!.Value;
        return owner.Kind switch
        {
            ResourceKind.Organisation => mediator.Send(
                new ChangeOrganisationSettingsCommand(owner.Id, For(SettingBudget.OrganisationDay), For(SettingBudget.OrganisationMonth)), cancellationToken),
            ResourceKind.Agent => mediator.Send(new ChangeAgentSettingsCommand(owner.Id, For(SettingBudget.AgentDay)), cancellationToken),
            ResourceKind.Task => mediator.Send(ChangeTaskCommand.OfBudget(owner.Number, For(SettingBudget.TaskTotal)), cancellationToken),
            _ => mediator.Send(
                ChangeTeamSettingsCommand.OfLimits(
                    owner.Id,
                    For(SettingBudget.TeamDay),
                    For(SettingBudget.TeamWeek),
                    For(SettingBudget.TeamMonth),
                    For(SettingBudget.EachTask),
                    For(SettingBudget.EachSession),
                    For(SettingBudget.EachAgentDay)),
                cancellationToken),
        };

        Patch<Money?> For(SettingBudget one) => setting == one ? new(limit) : default;
    }
}
