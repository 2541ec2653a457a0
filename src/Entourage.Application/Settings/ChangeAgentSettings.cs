using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Audit;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Settings;

/// <summary>The spending limits of an agent.</summary>
/// <param name="DailyCostLimitUsd">USD per day in the team's time zone; null for the team's default.</param>
public sealed record AgentSettingsResponse(Money? DailyCostLimitUsd);

/// <summary>Changes the settings of an agent. Absent members keep their values.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="DailyCostLimitUsd">USD per day; null for the team's default.</param>
public sealed record ChangeAgentSettingsCommand(Guid AgentId, Patch<Money?> DailyCostLimitUsd) : ICommand<AgentSettingsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Agent(AgentId));
}

internal sealed class ChangeAgentSettingsValidator : AbstractValidator<ChangeAgentSettingsCommand>
{
    public ChangeAgentSettingsValidator() =>
        RuleFor(command => command.DailyCostLimitUsd.Value).Usd().OverridePropertyName("DailyCostLimitUsd");
}

internal sealed class ChangeAgentSettingsHandler(IEntourageDb db, AuditTrail audit, CrossedLines lines)
    : IRequestHandler<ChangeAgentSettingsCommand, AgentSettingsResponse>
{
    public async Task<AgentSettingsResponse> Handle(ChangeAgentSettingsCommand request, CancellationToken cancellationToken)
    {
        var organisationId = await db.LockOrganisationOfAgentAsync(request.AgentId, cancellationToken);
        var agent = await db.Agents.GetAsync(request.AgentId, "agent", cancellationToken);
        var budgets = await lines.BeginAsync(BudgetReach.OfAgent(organisationId, agent.TeamId, agent.Id), cancellationToken);
        var before = new AgentSettingsResponse(agent.DailyLimit);
        agent.SetDailyLimit(request.DailyCostLimitUsd.Or(agent.DailyLimit));
        var response = new AgentSettingsResponse(agent.DailyLimit);
        audit.Add(AuditAction.AgentSettingsChanged, AuditSubject.Of(AuditSubjectKind.Agent, agent.Id, organisationId, agent.TeamId), before, response);
        await db.SaveChangesAsync(cancellationToken);
        await lines.FollowAsync(budgets, cancellationToken);
        return response;
    }
}
