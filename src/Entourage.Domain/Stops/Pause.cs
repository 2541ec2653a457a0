namespace Entourage.Domain.Stops;

/// <summary>
/// Why some work is stopped, and until when. While it is in force nothing is started or reserved below it, and whoever reports
/// usage is told to stop. One that has run out counts as none; nobody need clear it away.
/// </summary>
public sealed record Pause
{
    /// <summary>The longest reason, in UTF-16 code units.</summary>
    public const int ReasonLength = 500;

    /// <summary>The longest name of whoever paused.</summary>
    public const int ActorLength = 200;

    /// <summary>When it began (UTC).</summary>
    public required DateTimeOffset PausedAt { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>When it runs out (UTC); null for one that lasts until somebody lifts it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Who paused; null where nobody said.</summary>
    public string? By { get; init; }

    /// <summary>How many live reservations it gave back.</summary>
    public int ReservationsReleased { get; init; }

    /// <summary>Whether it stops anything at an instant.</summary>
    public bool IsInForceAt(DateTimeOffset now) => ExpiresAt is null || now < ExpiresAt;

    /// <summary>
    /// Begins a pause. One that is in force already goes on from when it began, for the new reason and until the new end.
    /// </summary>
    /// <param name="present">The pause that there is, if any.</param>
    /// <param name="reason">Why.</param>
    /// <param name="expiresAt">When it runs out (UTC); null for never.</param>
    /// <param name="by">Who pauses, if known.</param>
    /// <param name="now">The present (UTC).</param>
    public static Pause Begin(Pause? present, string reason, DateTimeOffset? expiresAt, string? by, DateTimeOffset now) =>
        present?.IsInForceAt(now) == true
            ? present with { Reason = reason, ExpiresAt = expiresAt, By = by }
            : new() { PausedAt = now, Reason = reason, ExpiresAt = expiresAt, By = by };
}
