using System.Globalization;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>Creates a budget. What was spent before in its current window counts.</summary>
/// <param name="Name">A name; null for none.</param>
/// <param name="Scope">What it counts.</param>
/// <param name="Match">Which of its scope it counts; see <see cref="BudgetRule.Match"/>. Null for the organisation or the team itself.</param>
/// <param name="OrgId">The organisation; null if the team or the match implies it.</param>
/// <param name="TeamId">The team whose work it limits; null if the match implies it, or for the work of all teams.</param>
/// <param name="Period">The period.</param>
/// <param name="StartsOn">The day on which its months begin; null for the first.</param>
/// <param name="LimitUsd">The limit (USD); null for none.</param>
/// <param name="LimitTokens">The limit in tokens; null for none.</param>
/// <param name="Enforcement">Whether it refuses or only observes.</param>
/// <param name="OnExceed">What happens to a session whose usage exhausts it; null for what its team does.</param>
/// <param name="Thresholds">The shares that raise an alert; null for those of the team.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record CreateBudgetCommand(
    string? Name,
    BudgetScope? Scope,
    string? Match,
    Guid? OrgId,
    Guid? TeamId,
    BudgetPeriod? Period,
    long? StartsOn,
    Money? LimitUsd,
    long? LimitTokens,
    Enforcement? Enforcement,
    OnExceed? OnExceed,
    IReadOnlyList<decimal>? Thresholds,
    string? IdempotencyKey) : ICommand<BudgetDetailsResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => FindOwner() is { } owner ? Permission.Lead(owner) : Permission.Admin();

    /// <inheritdoc/>
    public string IdempotencyScope => FindOwner() is { } owner ? $"{owner.Name}s/{owner.Key}/budgets" : $"orgs/{OrgId}/budgets";

    /// <summary>Returns the resource whose team the budget belongs to; null for the work of all teams.</summary>
    internal Resource? FindOwner() => TeamId is { } team ? Resource.Team(team) : Scope switch
    {
        BudgetScope.Team when Guid.TryParseExact(Match, "D", out var id) => Resource.Team(id),
        BudgetScope.Agent when Guid.TryParseExact(Match, "D", out var id) => Resource.Agent(id),
        BudgetScope.Task when NumberOf(Match) is { } number => Resource.Task(number),
        BudgetScope.Session when NumberOf(Match) is { } number => Resource.Session(number),
        _ => null,
    };

    internal static long? NumberOf(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

internal sealed class CreateBudgetValidator : AbstractValidator<CreateBudgetCommand>
{
    public CreateBudgetValidator()
    {
        RuleFor(command => command.Name).OptionalLine(BudgetRule.NameLength);
        RuleFor(command => command.Scope).NotNull()
            .Must(scope => scope != BudgetScope.Rule).WithMessage("'{PropertyName}' must be one of organisation, team, agent, task, session, label, model.");
        RuleFor(command => command.Match).OptionalLine(BudgetRule.MatchLength);
        RuleFor(command => command.Match).NotEmpty().When(command => command.Scope is not (null or BudgetScope.Organisation or BudgetScope.Team));
        RuleFor(command => command.Match!).Must(IsLabel)
            .WithMessage($"'{{PropertyName}}' must be a label as 'key=value', or 'key=*' for a limit that each value has for itself. Keys have at most {LabelSet.KeyLength} letters, digits, '.', '_' and '-'.")
            .When(command => command is { Scope: BudgetScope.Label, Match: not null });
        RuleFor(command => command.TeamId).Null().When(command => command.Scope == BudgetScope.Organisation)
            .WithMessage("'{PropertyName}' must be absent for a budget of an organisation. Use the scope 'team' for the work of a team.");
        RuleFor(command => command.Period).NotNull();
        RuleFor(command => command.StartsOn).InclusiveBetween(1, BudgetRule.LatestStart);
        RuleFor(command => command.LimitUsd).Usd();
        RuleFor(command => command.LimitTokens).InclusiveBetween(0, BudgetRule.LargestTokens);
        RuleFor(command => command.Thresholds).Thresholds();
    }

    private static bool IsLabel(string match)
    {
        var end = match.IndexOf('=', StringComparison.Ordinal);
        return end > 0 && Label.IsKey(match[..end]) && Label.IsValue(match[(end + 1)..]);
    }
}

internal sealed class CreateBudgetHandler(IEntourageDb db, AuditTrail audit, CrossedLines lines, TimeProvider time)
    : IRequestHandler<CreateBudgetCommand, BudgetDetailsResponse>
{
    public async Task<BudgetDetailsResponse> Handle(CreateBudgetCommand request, CancellationToken cancellationToken)
    {
        var (organisationId, teamId) = await FindOwnersAsync(request, cancellationToken);

        // So that no usage is counted until the counters are, and no other budget is created.
        await db.LockOrganisationAsync(organisationId, cancellationToken);
        await db.EnsureNotArchivedAsync(teamId is null ? PauseScope.Organisation : PauseScope.Team, teamId ?? organisationId, cancellationToken);
        if (await db.BudgetRules.CountAsync(rule => rule.OrganisationId == organisationId, cancellationToken) >= BudgetRule.MaxCount)
        {
            throw new ConflictException("too-many-budgets", $"The organisation has {BudgetRule.MaxCount} budgets, which is the most. Delete one that is no longer needed.");
        }

        if (teamId is not null && await db.BudgetRules.CountAsync(rule => rule.TeamId == teamId, cancellationToken) >= BudgetRule.MaxCountOfTeam)
        {
            throw new ConflictException("too-many-budgets", $"The team has {BudgetRule.MaxCountOfTeam} budgets, which is the most. Delete one that is no longer needed.");
        }

        var team = teamId is { } id ? await db.Teams.GetAsync(id, "team", cancellationToken) : null;
        var now = time.GetUtcNow();
        var rule = BudgetRule.Create(TermsOf(request, organisationId, teamId), team is null ? BudgetCalendar.Utc : BudgetCalendar.Of(team.Timezone), now);
        db.BudgetRules.Add(rule);
        await db.SaveChangesAsync(cancellationToken);

        // Without counters nothing is spent yet, so what is counted now crosses the lines.
        var before = await lines.BeginAsync(BudgetReach.OfRule(rule), cancellationToken);
        await new RuleCounters(db, time).CountAsync(rule, cancellationToken);
        audit.Add(AuditAction.BudgetCreated, AuditedBudget.SubjectOf(rule), before: null, AuditedBudget.Of(rule));
        await db.RaiseVersionAsync(organisationId, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await lines.FollowAsync(before, cancellationToken);
        return await new BudgetFigures(db, now).ReadAsync(BudgetDefinition.Of(rule), cancellationToken);
    }

    private static BudgetTerms TermsOf(CreateBudgetCommand request, Guid organisationId, Guid? teamId) => new()
    {
        OrganisationId = organisationId,
        TeamId = teamId,
        Name = request.Name,
        Scope = request.Scope!.Value,
        Match = request.Match ?? (teamId is { } team ? BudgetWindow.IdOf(team) : request.Scope == BudgetScope.Team ? BudgetRule.Each : BudgetWindow.IdOf(organisationId)),
        Period = request.Period!.Value,
        StartsOn = (int)(request.StartsOn ?? 1),
        LimitUsd = request.LimitUsd,
        LimitTokens = request.LimitTokens,
        Enforcement = request.Enforcement ?? Enforcement.Hard,
        OnExceed = request.OnExceed,
        Thresholds = request.Thresholds is { } thresholds ? AlertThresholds.Of(thresholds) : null,
    };

    /// <summary>Finds the organisation and the team of the budget, and checks that what it matches belongs to them.</summary>
    private async Task<(Guid OrganisationId, Guid? TeamId)> FindOwnersAsync(CreateBudgetCommand request, CancellationToken cancellationToken)
    {
        if (request.FindOwner() is not { } owner)
        {
            var named = request.OrgId ?? (request.Scope == BudgetScope.Organisation && Guid.TryParseExact(request.Match, "D", out var match) ? match
                : throw new InvalidInputException("org_id", "Name the organisation in 'org_id', or the team in 'team_id' to limit only its work."));
            await db.Organisations.AsNoTracking().Where(organisation => organisation.Id == named).GetAsync(named, "organisation", cancellationToken);
            return (named, null);
        }

        var teamId = request.TeamId ?? await FindTeamOfMatchAsync(request, cancellationToken);
        var team = await db.Teams.AsNoTracking().Where(team => team.Id == teamId).GetAsync(owner.Key, owner.Name, cancellationToken);
        if (request.OrgId is { } organisationId && organisationId != team.OrganisationId)
        {
            throw new InvalidInputException("org_id", "'org_id' must be the organisation of the team, or absent.");
        }

        if (request.TeamId is not null && (request with { TeamId = null }).FindOwner() is { } matched && await FindTeamOfMatchAsync(request, cancellationToken) != teamId)
        {
            throw new InvalidInputException("match", $"The team has no {matched.Name} {matched.Key}." + (matched.Kind == ResourceKind.Team ? " Leave 'match' or 'team_id' out." : ""));
        }

        return (team.OrganisationId, teamId);
    }

    private async Task<Guid?> FindTeamOfMatchAsync(CreateBudgetCommand request, CancellationToken cancellationToken) => request.Scope switch
    {
        BudgetScope.Team => Guid.Parse(request.Match!),
        BudgetScope.Agent => await FindAsync(db.Agents.Where(agent => agent.Id == Guid.Parse(request.Match!)).Select(agent => (Guid?)agent.TeamId), cancellationToken),
        BudgetScope.Task => await FindAsync(db.Tasks.Where(task => task.Id == CreateBudgetCommand.NumberOf(request.Match)).Select(task => (Guid?)task.TeamId), cancellationToken),
        _ => await FindAsync(db.Sessions.Where(session => session.Id == CreateBudgetCommand.NumberOf(request.Match)).Select(session => (Guid?)session.TeamId), cancellationToken),
    };

    private static Task<Guid?> FindAsync(IQueryable<Guid?> teamIds, CancellationToken cancellationToken) => teamIds.SingleOrDefaultAsync(cancellationToken);
}
