using Entourage.Application.Alerts;
using Entourage.Application.HumanRequests;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Overviews;

/// <summary>What happened since yesterday evening, and what waits for a decision now. Lists have the newest five items.</summary>
public sealed record NightResponse
{
    /// <summary>Yesterday at 18:00 (UTC).</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The time of the figures (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The IANA time zone of the evening.</summary>
    public required string Timezone { get; init; }

    /// <summary>The recorded cost since then (USD).</summary>
    public required MoneyTotal CostUsd { get; init; }

    /// <summary>The number of sessions that started since then.</summary>
    public required int SessionsStarted { get; init; }

    /// <summary>The number of sessions that ended since then, by their status.</summary>
    public required IReadOnlyDictionary<SessionStatus, int> SessionsEnded { get; init; }

    /// <summary>The sessions that were killed since then.</summary>
    public required IReadOnlyList<KilledSession> Killed { get; init; }

    /// <summary>The number of sessions with calls through the gateway that a budget refused since then.</summary>
    public required int RefusedSessions { get; init; }

    /// <summary>The sessions of these calls.</summary>
    public required IReadOnlyList<RefusedSession> Refused { get; init; }

    /// <summary>The pauses that began or ended since then.</summary>
    public required IReadOnlyList<NightStop> Stops { get; init; }

    /// <summary>The number of alerts raised since then, by kind.</summary>
    public required IReadOnlyDictionary<AlertKind, int> Alerts { get; init; }

    /// <summary>The number of open alerts, by kind.</summary>
    public required IReadOnlyDictionary<AlertKind, int> OpenAlerts { get; init; }

    /// <summary>The number of open alerts, by team.</summary>
    public required IReadOnlyDictionary<Guid, int> OpenByTeam { get; init; }

    /// <summary>The open alerts about sessions that ran away.</summary>
    public required IReadOnlyList<AlertResponse> Runaways { get; init; }

    /// <summary>The number of human requests without an answer.</summary>
    public required int WaitingRequests { get; init; }

    /// <summary>The five of these requests that have waited longest.</summary>
    public required IReadOnlyList<HumanRequestResponse> Waiting { get; init; }
}

/// <summary>A session that was killed.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="AgentName">The name of its agent.</param>
/// <param name="CostUsd">Its cost (USD), without its sub-agents.</param>
/// <param name="At">When it was killed (UTC).</param>
/// <param name="Reason">The reason, if one was given.</param>
public sealed record KilledSession(long SessionId, string AgentName, MoneyTotal CostUsd, DateTimeOffset At, string? Reason);

/// <summary>A session with refused calls.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="AgentName">The name of its agent.</param>
/// <param name="Calls">The number of its calls that a budget refused, since it started.</param>
/// <param name="LastAt">When the last of them was refused (UTC).</param>
public sealed record RefusedSession(long SessionId, string AgentName, long Calls, DateTimeOffset LastAt);

/// <summary>The start or the end of a pause.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Paused">Whether it started; false if it ended.</param>
/// <param name="Kind">The kind of what was paused.</param>
/// <param name="SubjectId">The id of what was paused.</param>
/// <param name="AgentName">The name of the agent, if it was one.</param>
/// <param name="Actor">The name of who did it.</param>
public sealed record NightStop(DateTimeOffset At, bool Paused, AuditSubjectKind Kind, string SubjectId, string? AgentName, string Actor);
