namespace Entourage.Domain.Stops;

/// <summary>
/// A pause of an agent, a team or an organisation. While it is in force, no session is started and nothing is reserved below it, and agents
/// that report usage are told to stop. An expired pause has no effect and need not be removed.
/// </summary>
public sealed record Pause
{
    /// <summary>The longest reason, in UTF-16 code units.</summary>
    public const int ReasonLength = 500;

    /// <summary>The longest name of an actor, in UTF-16 code units.</summary>
    public const int ActorLength = 200;

    /// <summary>When the pause began (UTC).</summary>
    public required DateTimeOffset PausedAt { get; init; }

    /// <summary>The reason.</summary>
    public required string Reason { get; init; }

    /// <summary>When the pause expires (UTC); null if it lasts until someone resumes the work.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The name of the actor; null if unknown.</summary>
    public string? By { get; init; }

    /// <summary>The number of live reservations that the pause released.</summary>
    public int ReservationsReleased { get; init; }

    /// <summary>Whether it stands for the archive mark of its agent, team or organisation, which only a restore ends.</summary>
    public bool IsArchive { get; private init; }

    /// <summary>The pause that a restore brings back; null for none.</summary>
    public Pause? BeforeArchive { get; private init; }

    /// <summary>Whether the pause is in force at an instant.</summary>
    public bool IsInForceAt(DateTimeOffset now) => ExpiresAt is null || now < ExpiresAt;

    /// <summary>Begins a pause. If one is already in force, it keeps its beginning, and its reason, expiry and actor are replaced.</summary>
    /// <param name="present">The existing pause, if any.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="expiresAt">When the pause expires (UTC); null for never.</param>
    /// <param name="by">The name of the actor, if known.</param>
    /// <param name="now">The current time (UTC).</param>
    public static Pause Begin(Pause? present, string reason, DateTimeOffset? expiresAt, string? by, DateTimeOffset now) =>
        present?.IsInForceAt(now) == true
            ? present with { Reason = reason, ExpiresAt = expiresAt, By = by }
            : new() { PausedAt = now, Reason = reason, ExpiresAt = expiresAt, By = by };

    /// <summary>Returns the stop of an archived agent, team or organisation: it is like a pause without end.</summary>
    /// <param name="present">Its pause, if any, to which a restore returns.</param>
    /// <param name="archivedAt">When it was archived (UTC); null if it is not archived.</param>
    /// <returns>The stop; the pause itself if it is not archived.</returns>
    public static Pause? WithArchive(Pause? present, DateTimeOffset? archivedAt) => archivedAt is { } at
        ? new() { PausedAt = at, Reason = "Archived.", IsArchive = true, BeforeArchive = present }
        : present;
}
