namespace Entourage.Domain.Sessions;

/// <summary>The status of a session, with the time and reason of its end.</summary>
/// <param name="Status">The status.</param>
/// <param name="EndedAt">When the session ended (UTC); null while it is active.</param>
/// <param name="Error">The error that the agent reported at the end, or the reason why the session was killed or abandoned.</param>
public sealed record SessionState(SessionStatus Status, DateTimeOffset? EndedAt, string? Error)
{
    /// <summary>
    /// How long a budget check that names no session reports that the agent's last session was killed. After that the check is assumed to
    /// come from a new run, which may start.
    /// </summary>
    public static readonly TimeSpan KillReportedFor = TimeSpan.FromMinutes(15);

    /// <summary>Whether the session has not ended.</summary>
    public bool IsActive => Status == SessionStatus.Active;

    /// <summary>
    /// Returns the state after the agent ends the session. A session that has already ended is unchanged, because agents may repeat the
    /// call.
    /// </summary>
    /// <param name="failed">Whether the session failed.</param>
    /// <param name="error">The error, if known.</param>
    /// <param name="now">The current time (UTC).</param>
    public SessionState End(bool failed, string? error, DateTimeOffset now) =>
        IsActive ? new(failed ? SessionStatus.Failed : SessionStatus.Completed, now, error) : this;

    /// <summary>Returns the state after a kill. A session that has already ended is unchanged.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="now">The current time (UTC).</param>
    public SessionState Kill(string reason, DateTimeOffset now) => IsActive ? new(SessionStatus.Killed, now, reason) : this;

    /// <summary>Returns the state after the session is abandoned. A session that has already ended is unchanged.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="now">The current time (UTC).</param>
    public SessionState Abandon(string reason, DateTimeOffset now) => IsActive ? new(SessionStatus.Abandoned, now, reason) : this;
}
