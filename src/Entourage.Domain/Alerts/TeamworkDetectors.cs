using System.Globalization;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Alerts;

/// <summary>Notices sessions that should not be active at once, when one starts; and one of which nothing was heard any more.</summary>
public static class TeamworkDetectors
{
    /// <summary>The most sub-agents of one session, and theirs, that are at work at once without anybody being told.</summary>
    public const int MaxFanOut = 20;

    /// <summary>
    /// Another agent's session that is active on the task of one that starts. One that belongs to the same tree of sub-agents is
    /// meant to be there.
    /// </summary>
    /// <param name="started">The session that starts, stored already, on a task.</param>
    /// <param name="others">The other sessions that are active on its task.</param>
    /// <param name="day">The local day of the team: two agents on one task are said once a day.</param>
    public static AlertFinding? DuplicateWork(Session started, IEnumerable<Session> others, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(started);
        var other = others.FirstOrDefault(other => other.AgentId != started.AgentId && TopOf(other) != TopOf(started));
        if (other is null)
        {
            return null;
        }

        var pair = new[] { started.AgentId, other.AgentId }.Order();
        return new(
            AlertKind.DuplicateWork,
            string.Create(CultureInfo.InvariantCulture, $"task:{started.TaskId}:{string.Join(':', pair)}"),
            day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            string.Create(
                CultureInfo.InvariantCulture,
                $"Session {started.Id} has begun on task {started.TaskId}, on which session {other.Id} of another agent is active."),
            new() { OtherAgentId = other.AgentId, OtherSessionId = other.Id });
    }

    /// <summary>A tree of sub-agents that has grown beyond <see cref="MaxFanOut"/>.</summary>
    /// <param name="started">The session that starts, stored already.</param>
    /// <param name="active">How many sessions below the topmost one are active, the one that starts included.</param>
    /// <param name="day">The local day of the team: it is said once a day.</param>
    public static AlertFinding? FanOut(Session started, int active, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(started);
        return active <= MaxFanOut
            ? null
            : new(
                AlertKind.FanOut,
                string.Create(CultureInfo.InvariantCulture, $"session:{TopOf(started)}"),
                day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"Session {TopOf(started)} has {active} sub-agents at work at once."),
                new() { Count = active });
    }

    /// <summary>A session that was closed because nothing was heard of it.</summary>
    /// <param name="sessionId">The session.</param>
    public static AlertFinding Abandoned(long sessionId) => new(
        AlertKind.AbandonedSession,
        string.Create(CultureInfo.InvariantCulture, $"session:{sessionId}"),
        AlertFinding.Always,
        string.Create(CultureInfo.InvariantCulture, $"Session {sessionId} was closed: nothing was heard of it any more."),
        new());

    /// <summary>The topmost session of the tree that one belongs to.</summary>
    public static long TopOf(Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Ancestors.Count == 0 ? session.Id : session.Ancestors[^1];
    }
}
