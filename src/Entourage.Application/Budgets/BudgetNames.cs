using System.Globalization;
using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>The names of what budgets limit.</summary>
internal sealed class BudgetNames
{
    private readonly Dictionary<(BudgetScope Scope, string Id), string> names = [];
    private readonly Dictionary<string, DateTimeOffset> starts = new(StringComparer.Ordinal);
    private Dictionary<Guid, (string Name, string Timezone)> teams = [];

    /// <summary>Reads the names of the organisation, its teams, and the agents, tasks and sessions of some budgets.</summary>
    public static async Task<BudgetNames> ReadAsync(
        IEntourageDb db, Guid organisationId, IReadOnlyList<(Guid TeamId, BudgetStatus Status)> budgets, CancellationToken cancellationToken)
    {
        var read = new BudgetNames();
        var organisation = await db.Organisations.AsNoTracking().SingleAsync(organisation => organisation.Id == organisationId, cancellationToken);
        read.Add(BudgetScope.Organisation, BudgetWindow.IdOf(organisationId), organisation.Name);
        read.teams = (await db.Teams.Where(team => team.OrganisationId == organisationId)
                .Select(team => new { team.Id, team.Name, team.Timezone })
                .ToListAsync(cancellationToken))
            .ToDictionary(team => team.Id, team => (team.Name, team.Timezone));
        var teamIds = budgets.Select(row => row.TeamId).Distinct().ToArray();
        foreach (var agent in await db.Agents.Where(agent => teamIds.Contains(agent.TeamId)).Select(agent => new { agent.Id, agent.Name }).ToListAsync(cancellationToken))
        {
            read.Add(BudgetScope.Agent, BudgetWindow.IdOf(agent.Id), agent.Name);
        }

        // Below the parameter limit of a statement.
        foreach (var ids in NumbersOf(BudgetScope.Task).Chunk(1_000))
        {
            foreach (var task in await db.Tasks.Where(task => ids.Contains(task.Id)).Select(task => new { task.Id, task.Title }).ToListAsync(cancellationToken))
            {
                read.Add(BudgetScope.Task, BudgetWindow.IdOf(task.Id), task.Title);
            }
        }

        foreach (var ids in NumbersOf(BudgetScope.Session).Chunk(1_000))
        {
            var sessions = await db.Sessions.Where(session => ids.Contains(session.Id))
                .Select(session => new { session.Id, session.AgentId, session.StartedAt })
                .ToListAsync(cancellationToken);
            foreach (var session in sessions)
            {
                var id = BudgetWindow.IdOf(session.Id);
                read.Add(BudgetScope.Session, id, $"Session {id} of {read.names.GetValueOrDefault((BudgetScope.Agent, BudgetWindow.IdOf(session.AgentId)))}");
                read.starts[id] = session.StartedAt;
            }
        }

        return read;

        IEnumerable<long> NumbersOf(BudgetScope scope) => budgets
            .Where(row => row.Status.Budget.Scope == scope)
            .Select(row => long.Parse(row.Status.Budget.ScopeId, CultureInfo.InvariantCulture))
            .Distinct();
    }

    /// <summary>The calendar of a team.</summary>
    public BudgetCalendar CalendarOf(Guid teamId) => BudgetCalendar.Of(teams[teamId].Timezone);

    /// <summary>When a session started (UTC); null if it is unknown.</summary>
    public DateTimeOffset? StartOf(string sessionId) => starts.TryGetValue(sessionId, out var start) ? start : null;

    /// <summary>Describes a budget.</summary>
    /// <param name="teamId">The team from whose view it was read.</param>
    /// <param name="status">The budget.</param>
    /// <param name="reachedAt">The forecast of when its limit is reached (UTC).</param>
    public BudgetItemResponse Describe(Guid teamId, BudgetStatus status, DateTimeOffset? reachedAt)
    {
        var budget = status.Budget;
        var response = BudgetStatusResponse.From(status, reachedAt);
        var subject = budget.Scope == BudgetScope.Team ? teams[Guid.Parse(budget.ScopeId)].Name : names.GetValueOrDefault((budget.Scope, budget.ScopeId), budget.ScopeId);
        var name = budget.Rule?.Name ?? subject;
        if (budget.IsShared)
        {
            return new(name, null, null, "UTC", response) { Subject = subject };
        }

        var (team, timezone) = teams[teamId];
        return new(name, teamId, team, timezone, response) { Subject = subject };
    }

    private void Add(BudgetScope scope, string id, string name) => names[(scope, id)] = name;
}
