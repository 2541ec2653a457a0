using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Costs;
using Entourage.Application.Errors;
using Entourage.Application.Stops;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Agents;

/// <summary>
/// Moves an agent to another team of its organisation, now or from an instant on. Sessions that start from then on belong to the new team. Earlier ones
/// stay with the old team until they end, and so does all that they spend. A later move replaces a planned one; a move to its present team cancels it.
/// </summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TeamId">The team.</param>
/// <param name="From">A day in the new team's time zone or an instant, not in the past; null for now.</param>
public sealed record MoveAgentCommand(Guid AgentId, Guid? TeamId, string? From) : ICommand<AgentResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

internal sealed class MoveAgentValidator : AbstractValidator<MoveAgentCommand>
{
    public MoveAgentValidator() => RuleFor(command => command.TeamId).NotEmpty();
}

internal sealed class MoveAgentHandler(IEntourageDb db, AgentMoves moves, TimeProvider time) : IRequestHandler<MoveAgentCommand, AgentResponse>
{
    public async Task<AgentResponse> Handle(MoveAgentCommand request, CancellationToken cancellationToken)
    {
        var organisationId = await db.LockOrganisationOfAgentAsync(request.AgentId, cancellationToken);
        var agent = await db.Agents.GetAsync(request.AgentId, "agent", cancellationToken);
        var team = await db.Teams.GetAsync(request.TeamId!.Value, "team", cancellationToken);
        if (team.OrganisationId != organisationId)
        {
            throw new InvalidInputException(
                "team_id", "The team belongs to another organisation. An agent can move only within its organisation. Create an agent in the other one instead.");
        }

        await db.EnsureNotArchivedAsync(PauseScope.Agent, agent.Id, cancellationToken);
        await db.EnsureNotArchivedAsync(PauseScope.Team, team.Id, cancellationToken);
        var now = time.GetUtcNow();
        var from = CostRange.Parse("from", request.From, BudgetCalendar.Of(team.Timezone), 0);
        if (from < now)
        {
            throw new InvalidInputException(
                "from", "'from' must not be in the past, because what was spent before a move stays with the old team. Omit 'from' to move the agent now.");
        }

        if (from > now + Agent.LatestMove)
        {
            throw new InvalidInputException("from", $"'from' must be at most {Agent.LatestMove.Days} days ahead.");
        }

        // So that a name that is in use is refused now, rather than when the move is due.
        if (team.Id != agent.TeamId && await db.IsNameTakenAsync(agent, team.Id, cancellationToken))
        {
            throw new ConflictException(ConflictException.Duplicate, $"The team already has an agent named '{agent.Name}'. Rename one of them first.");
        }

        await (team.Id == agent.TeamId ? moves.CancelAsync(agent, cancellationToken)
            : from > now ? moves.PlanAsync(agent, team, from.Value, cancellationToken)
            : moves.MoveAsync(agent, team, cancellationToken));
        return await db.Agents.AsNoTracking().Where(moved => moved.Id == agent.Id).Select(AgentResponse.Projection(db, now)).SingleAsync(cancellationToken);
    }
}
