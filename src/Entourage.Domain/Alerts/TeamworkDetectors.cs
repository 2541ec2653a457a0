using System.Globalization;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Alerts;

/// <summary>Detects sessions that should not be active together, and abandoned sessions.</summary>
public static class TeamworkDetectors
{
    /// <summary>The most active sessions below a topmost session that raise no alert.</summary>
    public const int MaxFanOut = 20;

    /// <summary>
    /// Detects that a session starts on a task on which another agent's session is active. Sessions of one tree of sub-agents may share a
    /// task.
    /// </summary>
    /// <param name="started">The session that starts on a task, already stored.</param>
    /// <param name="others">The other active sessions of the task.</param>
    /// <param name="day">The local day of the team. Each pair of agents is reported once a day.</param>
    public static AlertFinding? DuplicateWork(ActiveSession started, IEnumerable<ActiveSession> others, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(started);
        var other = others.FirstOrDefault(other => other.AgentId != started.AgentId && other.TopId != started.TopId);
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
                $"Session {started.Id} started on task {started.TaskId}, where session {other.Id} of another agent is already active."),
            new() { OtherAgentId = other.AgentId, OtherSessionId = other.Id });
    }

    /// <summary>Detects a tree of sub-agents with more than <see cref="MaxFanOut"/> active sessions.</summary>
    /// <param name="started">The session that starts, already stored.</param>
    /// <param name="active">The number of active sessions below the topmost one, including the one that starts.</param>
    /// <param name="day">The local day of the team. A tree is reported once a day.</param>
    public static AlertFinding? FanOut(ActiveSession started, int active, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(started);
        return active <= MaxFanOut
            ? null
            : new(
                AlertKind.FanOut,
                string.Create(CultureInfo.InvariantCulture, $"session:{started.TopId}"),
                day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"Session {started.TopId} has {active} active sub-agents."),
                new() { Count = active });
    }

    /// <summary>Reports a session that was closed because it was silent for too long.</summary>
    /// <param name="sessionId">The session.</param>
    public static AlertFinding Abandoned(long sessionId) => new(
        AlertKind.AbandonedSession,
        string.Create(CultureInfo.InvariantCulture, $"session:{sessionId}"),
        AlertFinding.Always,
        string.Create(CultureInfo.InvariantCulture, $"Session {sessionId} was closed because it was silent for too long."),
        new());

    /// <summary>The topmost session of a session's tree.</summary>
    public static long TopOf(Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Ancestors.Count == 0 ? session.Id : session.Ancestors[^1];
    }
}

/// <summary>An active session, as the teamwork detectors compare it with others.</summary>
/// <param name="Id">The session.</param>
/// <param name="AgentId">Its agent.</param>
/// <param name="TaskId">Its task, if any.</param>
/// <param name="TopId">The topmost session of its tree.</param>
public sealed record ActiveSession(long Id, Guid AgentId, long? TaskId, long TopId)
{
    /// <summary>Describes a stored session.</summary>
    public static ActiveSession Of(Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new(session.Id, session.AgentId, session.TaskId, TeamworkDetectors.TopOf(session));
    }
}
