using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Keys;
using Entourage.Application.Stops;
using Entourage.Domain.Agents;
using Entourage.Domain.Audit;
using Entourage.Domain.Stops;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Agents;

/// <summary>
/// Moves agents to other teams. The organisation is locked meanwhile, so every session starts either before the move, in the old team, or after it, in the
/// new one. A planned move is made by the first start of a session that is due, or else by a job, whichever comes first.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="lines">Raises the alerts of caps that the agent has exceeded before it comes under them.</param>
/// <param name="caller">The caller of the request.</param>
/// <param name="time">The clock.</param>
internal sealed class AgentMoves(IEntourageDb db, CrossedLines lines, CallerContext caller, TimeProvider time)
{
    /// <summary>Makes all planned moves that are due.</summary>
    public async Task MakeDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var id in await db.Agents.Where(agent => agent.MovesAt <= now).Select(agent => agent.Id).ToListAsync(cancellationToken))
        {
            await MakeDueAsync(id, cancellationToken);
        }
    }

    /// <summary>Makes the planned move of an agent, if it is due.</summary>
    internal Task MakeDueAsync(Guid agentId, CancellationToken cancellationToken) => db.InTransactionAsync(
        async inTransaction =>
        {
            await db.LockOrganisationOfAgentAsync(agentId, inTransaction);
            await MakeDueAsync(await db.Agents.GetAsync(agentId, "agent", inTransaction), inTransaction);
            return true;
        },
        cancellationToken);

    /// <summary>
    /// Makes the planned move of an agent, if it is due, in the current transaction, which has locked the organisation. If the agent or either team was
    /// archived meanwhile, or the new team got another agent of this name, the move is cancelled instead.
    /// </summary>
    internal async Task MakeDueAsync(Agent agent, CancellationToken cancellationToken)
    {
        if (agent.MovesToTeamId is not { } teamId || agent.MovesAt > time.GetUtcNow())
        {
            return;
        }

        var team = await db.Teams.GetAsync(teamId, "team", cancellationToken);
        if (await db.FindArchiveMarkAsync(PauseScope.Agent, agent.Id, cancellationToken) is not null
            || await db.FindArchiveMarkAsync(PauseScope.Team, team.Id, cancellationToken) is not null
            || await db.IsNameTakenAsync(agent, team.Id, cancellationToken))
        {
            await CancelAsync(agent, cancellationToken, Caller.Entourage);
            return;
        }

        await MoveAsync(agent, team, cancellationToken, Caller.Entourage);
    }

    /// <summary>Moves an agent now. Its keys go with it, and caches of their callers become invalid.</summary>
    internal async Task MoveAsync(Agent agent, Team team, CancellationToken cancellationToken, Caller? by = null)
    {
        var old = await db.Teams.GetAsync(agent.TeamId, "team", cancellationToken);
        var before = await lines.BeginAsync(BudgetReach.OfAgent(team.OrganisationId, team.Id, agent.Id), cancellationToken);
        await db.LockKeysAsync(cancellationToken);
        await db.ApiKeys.Where(key => key.AgentId == agent.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(key => key.TeamId, team.Id), cancellationToken);
        await db.RaiseKeyRevisionAsync(cancellationToken);
        agent.MoveTo(team);
        Audit(agent, old, new(old.Id, old.Name), new(team.Id, team.Name), by);
        Audit(agent, team, new(old.Id, old.Name), new(team.Id, team.Name), by);
        await db.SaveChangesAsync(cancellationToken);
        await lines.FollowAsync(before, cancellationToken);
    }

    /// <summary>Plans a move of an agent.</summary>
    internal async Task PlanAsync(Agent agent, Team team, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var old = await db.Teams.GetAsync(agent.TeamId, "team", cancellationToken);
        var before = PlanOf(agent, old);
        agent.PlanMove(team, from);
        Audit(agent, old, before, PlanOf(agent, old), by: null);
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Cancels the planned move of an agent, if there is one.</summary>
    internal async Task CancelAsync(Agent agent, CancellationToken cancellationToken, Caller? by = null)
    {
        var team = await db.Teams.GetAsync(agent.TeamId, "team", cancellationToken);
        var before = PlanOf(agent, team);
        agent.CancelMove();
        Audit(agent, team, before, PlanOf(agent, team), by);
        await db.SaveChangesAsync(cancellationToken);
    }

    private static AuditedTeam PlanOf(Agent agent, Team team) => new(team.Id, team.Name, agent.MovesToTeamId, agent.MovesAt);

    /// <summary>Adds an entry to the audit trail of a team, if something has changed.</summary>
    private void Audit(Agent agent, Team of, AuditedTeam before, AuditedTeam after, Caller? by)
    {
        var subject = AuditSubject.Of(AuditSubjectKind.Agent, agent.Id, of.OrganisationId, of.Id);
        if (AuditEntryFactory.Of(AuditAction.AgentMoved, subject, before, after, (by ?? caller.Current).ToActor(), time.GetUtcNow()) is { } entry)
        {
            db.AuditEntries.Add(entry);
        }
    }
}

/// <summary>Finds names of agents that are in use.</summary>
internal static class AgentNames
{
    /// <summary>Whether a team has another agent with the name of an agent.</summary>
    public static Task<bool> IsNameTakenAsync(this IEntourageDb db, Agent agent, Guid teamId, CancellationToken cancellationToken) =>
        db.Agents.AnyAsync(other => other.TeamId == teamId && other.Name == agent.Name && other.Id != agent.Id && other.ArchivedAt == null, cancellationToken);
}
