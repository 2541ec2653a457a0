namespace Entourage.Domain.Sessions;

/// <summary>How a session stands.</summary>
/// <param name="Status">Open, or how it ended.</param>
/// <param name="EndedAt">When it ended (UTC); null while it is active.</param>
/// <param name="Error">The error that its agent named at its end, if any.</param>
public sealed record SessionState(SessionStatus Status, DateTimeOffset? EndedAt, string? Error)
{
    /// <summary>It has not ended.</summary>
    public bool IsActive => Status == SessionStatus.Active;

    /// <summary>The state after its end. A session that has ended stays as it is: its agent may say so twice.</summary>
    /// <param name="failed">Whether an error ended it.</param>
    /// <param name="error">Which, if known.</param>
    /// <param name="now">The present (UTC).</param>
    public SessionState End(bool failed, string? error, DateTimeOffset now) =>
        IsActive ? new(failed ? SessionStatus.Failed : SessionStatus.Completed, now, error) : this;
}
