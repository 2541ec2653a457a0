namespace Entourage.Domain.Budgets;

/// <summary>How a reservation stands, or ended. The numbers are stored and never change.</summary>
public enum ReservationStatus
{
    /// <summary>It holds its money, until it is ended or runs out.</summary>
    Live = 1,

    /// <summary>A usage that named it took its place.</summary>
    Committed = 2,

    /// <summary>It was given back, by whoever made it or by the end of its session.</summary>
    Released = 3,

    /// <summary>Its time ran out.</summary>
    Expired = 4,
}

/// <summary>
/// Money set aside for a call that is about to be made. It takes from every budget that applies, or from none, and ends
/// once (rules 3, 6 and 7).
/// </summary>
public sealed record Reservation
{
    /// <summary>How long one lasts unless its caller says otherwise, in seconds.</summary>
    public const int DefaultTtlSeconds = 300;

    /// <summary>The longest time that one can ask for at once, in seconds.</summary>
    public const int MaxTtlSeconds = 3_600;

    /// <summary>A version-7 UUID, made before the store is asked.</summary>
    public required Guid Id { get; init; }

    /// <summary>The session that is to spend it.</summary>
    public required long SessionId { get; init; }

    /// <summary>The organisation of the session.</summary>
    public required Guid OrganisationId { get; init; }

    /// <summary>What it holds (USD).</summary>
    public required Money Amount { get; init; }

    /// <summary>
    /// Whether the amount is what the tokens come to at the assumed rates, since their model had no price. Then it is no estimate of the caller's
    /// that a usage without a price could cost.
    /// </summary>
    public bool IsAssumed { get; init; }

    /// <summary>When it was granted (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it runs out (UTC), unless it is extended.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>How it stands in the store. One that has run out stays live there until somebody looks.</summary>
    public ReservationStatus Status { get; init; } = ReservationStatus.Live;

    /// <summary>When it ended (UTC); null while it is live.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether it holds its money at an instant.</summary>
    public bool IsLiveAt(DateTimeOffset now) => EndedAt is null && now < ExpiresAt;

    /// <summary>
    /// The budgets that it takes from: every one that money spent within its time could fall into. One that lasts beyond
    /// midnight holds its amount on both days, so that spending it oversells neither.
    /// </summary>
    public IReadOnlyList<Budget> BudgetsOf(BudgetPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.BudgetsDuring(CreatedAt, ExpiresAt);
    }

    /// <summary>The reservation, ended. It runs out at its time, whenever that is noticed.</summary>
    /// <exception cref="RuleViolationException"><c>reservation-ended</c>: it ended before (rule 7).</exception>
    public Reservation End(ReservationStatus how, DateTimeOffset now) => EndedAt is null
        ? this with { Status = how, EndedAt = how == ReservationStatus.Expired ? ExpiresAt : now }
        : throw Ended();

    /// <summary>The reservation, lasting for a time from now, or as long as it did if that is longer.</summary>
    /// <exception cref="RuleViolationException"><c>reservation-ended</c>: it ended before, or has run out.</exception>
    public Reservation Extend(TimeSpan ttl, DateTimeOffset now)
    {
        if (!IsLiveAt(now))
        {
            throw Ended();
        }

        var until = now + ttl;
        return until > ExpiresAt ? this with { ExpiresAt = until } : this;
    }

    private RuleViolationException Ended() => new("reservation-ended", $"Reservation {Id} has ended.");
}
