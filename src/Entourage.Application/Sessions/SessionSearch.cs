using Entourage.Application.Abstractions;
using Entourage.Application.Paging;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>Restricts a query of sessions to those that match a filter.</summary>
internal static class SessionSearch
{
    /// <summary>Applies a filter. It reads the ids of matching agents and tasks first, of which there are few.</summary>
    public static async Task<IQueryable<Session>> ApplyAsync(
        IEntourageDb db, IQueryable<Session> sessions, SessionFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var found = sessions
            .Where(session => filter.TaskId == null || session.TaskId == filter.TaskId)
            .Where(session => filter.Status == null || session.Status == filter.Status)
            .Where(session => filter.AgentId == null || session.AgentId == filter.AgentId);
        if (filter.Model is { } model)
        {
            found = found.Where(session => db.UsageRollups.Any(rollup => rollup.SessionId == session.Id && rollup.Model == model));
        }

        if (filter.Tag is { } tag)
        {
            found = found.Where(session => db.Tasks.Any(task => task.Id == session.TaskId && task.Tags.Contains(tag)));
        }

        return page.SearchText is { } search ? await SearchAsync(db, found, page, search, cancellationToken) : found;
    }

    private static async Task<IQueryable<Session>> SearchAsync(
        IEntourageDb db, IQueryable<Session> sessions, PageRequest page, string search, CancellationToken cancellationToken)
    {
        var (lower, number) = (search.ToLowerInvariant(), TextSearch.NumberOf(search));
        var agents = await db.Agents
            .Where(agent => sessions.Any(session => session.AgentId == agent.Id))
            .Matching(page, agent => agent.Name)
            .Select(agent => agent.Id)
            .ToListAsync(cancellationToken);
        var tasks = await db.Tasks
            .Where(task => sessions.Any(session => session.TaskId == task.Id))
            .Matching(page, task => task.Title)
            .Select(task => (long?)task.Id)
            .ToListAsync(cancellationToken);
#pragma warning disable CA1304, CA1311, CA1862 // Entity Framework translates ToLower() only without a culture.
        return sessions.Where(session => session.Id == number
            || agents.Contains(session.AgentId)
            || tasks.Contains(session.TaskId)
            || (session.Model != null && session.Model.ToLower().Contains(lower)));
#pragma warning restore CA1304, CA1311, CA1862
    }
}
