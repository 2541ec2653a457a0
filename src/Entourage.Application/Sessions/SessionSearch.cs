using System.Globalization;
using Entourage.Application.Abstractions;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>Restricts a query of sessions to those that match a filter.</summary>
internal static class SessionSearch
{
    /// <summary>Applies a filter. It reads the ids of matching agents and tasks first, of which there are few.</summary>
    public static async Task<IQueryable<Session>> ApplyAsync(
        IEntourageDb db, IQueryable<Session> sessions, SessionFilter filter, CancellationToken cancellationToken)
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

        return filter.Search?.Trim() is { Length: > 0 } search
            ? await SearchAsync(db, found, search[..Math.Min(search.Length, SessionFilter.SearchLength)], cancellationToken)
            : found;
    }

    // Both spellings, because SQLite lowers only the letters of ASCII.
#pragma warning disable CA1304, CA1311, CA1862 // Entity Framework translates ToLower() only without a culture.
    private static async Task<IQueryable<Session>> SearchAsync(IEntourageDb db, IQueryable<Session> sessions, string search, CancellationToken cancellationToken)
    {
        var lower = search.ToLowerInvariant();
        long? number = long.TryParse(search.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        var agents = await db.Agents
            .Where(agent => sessions.Any(session => session.AgentId == agent.Id))
            .Where(agent => agent.Name.Contains(search) || agent.Name.ToLower().Contains(lower))
            .Select(agent => agent.Id)
            .ToListAsync(cancellationToken);
        var tasks = await db.Tasks
            .Where(task => sessions.Any(session => session.TaskId == task.Id))
            .Where(task => task.Title.Contains(search) || task.Title.ToLower().Contains(lower))
            .Select(task => (long?)task.Id)
            .ToListAsync(cancellationToken);
        return sessions.Where(session => session.Id == number
            || agents.Contains(session.AgentId)
            || tasks.Contains(session.TaskId)
            || (session.Model != null && session.Model.ToLower().Contains(lower)));
    }
#pragma warning restore CA1304, CA1311, CA1862
}
