using Entourage.Domain.Labels;

namespace Entourage.Domain.Budgets;

/// <summary>The status of a reservation. The numbers are stored and must never change.</summary>
public enum ReservationStatus
{
    /// <summary>The amount is reserved until the reservation ends or expires.</summary>
    Live = 1,

    /// <summary>A usage that named the reservation replaced it.</summary>
    Committed = 2,

    /// <summary>The amount was returned unused: by its caller, by the end of its session or by a pause.</summary>
    Released = 3,

    /// <summary>The reservation reached its expiry.</summary>
    Expired = 4,
}

/// <summary>
/// An amount that is reserved for a call before the call is made. It takes from every budget that applies, or from none, and ends once
/// (rules 3, 6 and 7).
/// </summary>
public sealed record Reservation
{
    /// <summary>The default duration, in seconds.</summary>
    public const int DefaultTtlSeconds = 300;

    /// <summary>The longest duration of one request, in seconds.</summary>
    public const int MaxTtlSeconds = 3_600;

    /// <summary>A version-7 UUID, created before the store is asked.</summary>
    public required Guid Id { get; init; }

    /// <summary>The session that will spend the amount.</summary>
    public required long SessionId { get; init; }

    /// <summary>The organisation of the session.</summary>
    public required Guid OrganisationId { get; init; }

    /// <summary>The reserved amount (USD).</summary>
    public required Money Amount { get; init; }

    /// <summary>The most tokens that the call may use, which token budgets reserve; 0 if it stated none.</summary>
    public long Tokens { get; init; }

    /// <summary>The model of the call; empty if unknown.</summary>
    public string Model { get; init; } = "";

    /// <summary>The call's own labels, which add to those of its session or replace them.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <summary>
    /// Whether the amount was computed from tokens at the assumed rates because their model had no price. Such an amount is not the
    /// caller's estimate, so a usage without a price does not take it as its cost.
    /// </summary>
    public bool IsAssumed { get; init; }

    /// <summary>
    /// Whether it is held until the call that it was made for is settled. Neither its expiry nor the end of its session releases it, because the
    /// provider may have billed the call. A call that is not settled by the expiry is charged the whole amount.
    /// </summary>
    public bool IsHeld { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it expires (UTC), unless it is extended.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>
    /// The stored status. An expired reservation stays <see cref="ReservationStatus.Live"/> until the next transaction of its organisation.
    /// </summary>
    public ReservationStatus Status { get; init; } = ReservationStatus.Live;

    /// <summary>When it ended (UTC); null while it is live.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether the amount is reserved at an instant.</summary>
    public bool IsLiveAt(DateTimeOffset now) => EndedAt is null && (IsHeld || now < ExpiresAt);

    /// <summary>When it is released, unless it ends before (UTC); null if it is held.</summary>
    public DateTimeOffset? LapsesAt => IsHeld ? null : ExpiresAt;

    /// <summary>
    /// Returns the budgets that it takes from: all that money spent before its expiry could count in. A reservation that lasts beyond
    /// midnight reserves its amount on both days, so that spending it oversells neither.
    /// </summary>
    public IReadOnlyList<Budget> BudgetsOf(BudgetPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.BudgetsDuring(CreatedAt, ExpiresAt);
    }

    /// <summary>Returns the ended reservation. An expired one ends at its expiry, not when the expiry is noticed.</summary>
    /// <exception cref="RuleViolationException"><c>reservation-ended</c>: it has already ended (rule 7).</exception>
    public Reservation End(ReservationStatus how, DateTimeOffset now) => EndedAt is null
        ? this with { Status = how, EndedAt = how == ReservationStatus.Expired ? ExpiresAt : now }
        : throw Ended();

    /// <summary>Returns the reservation extended to a time from now. It is never shortened.</summary>
    /// <exception cref="RuleViolationException"><c>reservation-ended</c>: it has ended or expired.</exception>
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
