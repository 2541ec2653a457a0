namespace Entourage.Domain.Sessions;

/// <summary>How a session stands.</summary>
/// <param name="Status">Open, or how it ended.</param>
/// <param name="EndedAt">When it ended (UTC); null while it is active.</param>
/// <param name="Error">The error that its agent named at its end, or the reason why it was killed or abandoned.</param>
public sealed record SessionState(SessionStatus Status, DateTimeOffset? EndedAt, string? Error)
{
    /// <summary>
    /// How long an agent that has begun nothing else is told that its session was killed, when it asks for its budget without naming a
    /// session. After that whoever asks is taken for a new run, which may start.
    /// </summary>
    public static readonly TimeSpan KillReportedFor = TimeSpan.FromMinutes(15);

    /// <summary>It has not ended.</summary>
    public bool IsActive => Status == SessionStatus.Active;

    /// <summary>The state after its end. A session that has ended stays as it is: its agent may say so twice.</summary>
    /// <param name="failed">Whether an error ended it.</param>
    /// <param name="error">Which, if known.</param>
    /// <param name="now">The present (UTC).</param>
    public SessionState End(bool failed, string? error, DateTimeOffset now) =>
        IsActive ? new(failed ? SessionStatus.Failed : SessionStatus.Completed, now, error) : this;

    /// <summary>The state after it was killed. A session that has ended stays as it is.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="now">The present (UTC).</param>
    public SessionState Kill(string reason, DateTimeOffset now) => IsActive ? new(SessionStatus.Killed, now, reason) : this;

    /// <summary>The state after it was given up. A session that has ended stays as it is.</summary>
    /// <param name="reason">What was waited for in vain.</param>
    /// <param name="now">The present (UTC).</param>
    public SessionState Abandon(string reason, DateTimeOffset now) => IsActive ? new(SessionStatus.Abandoned, now, reason) : this;
}
