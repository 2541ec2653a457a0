using Entourage.Domain.Labels;

namespace Entourage.Domain.Sessions;

/// <summary>The source of a usage's cost. The numbers are stored and must never change.</summary>
public enum CostSource
{
    /// <summary>The caller stated it.</summary>
    Reported = 1,

    /// <summary>Unknown. It counts as zero until it is priced.</summary>
    Unpriced = 2,

    /// <summary>The price of the model at the time of the usage.</summary>
    Catalogue = 3,

    /// <summary>No cost was stated and the model has no price, so the reserved amount is taken.</summary>
    Reservation = 4,

    /// <summary>No cost was stated and the model has no price, so the tokens count at the operator's assumed rates until it has one.</summary>
    Assumed = 5,
}

/// <summary>How a usage is billed. The numbers are stored and must never change.</summary>
public enum Billing
{
    /// <summary>By the token. The cost counts against the caps.</summary>
    Api = 1,

    /// <summary>By a flat subscription. The cost is imputed, reported separately and counts against no cap.</summary>
    Subscription = 2,
}

/// <summary>One reported use of a model. Records are append-only, and every total is checked against them.</summary>
public sealed class UsageRecord
{
    /// <summary>How far in the future a usage may occur, to tolerate clock differences.</summary>
    public static readonly TimeSpan LatestAhead = TimeSpan.FromMinutes(5);

    /// <summary>How long ago a usage may have occurred.</summary>
    public static readonly TimeSpan OldestBack = TimeSpan.FromDays(30);

    /// <summary>The longest id that a provider gives an answer, in UTF-16 code units. A longer one is cut.</summary>
    public const int ResponseIdLength = 200;

    private UsageRecord()
    {
    }

    /// <summary>The store's sequence number; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID, created before the store is asked, so that a retry writes the same record.</summary>
    public Guid Id { get; private init; }

    /// <summary>The session.</summary>
    public long SessionId { get; private init; }

    /// <summary>When the money was spent (UTC). It determines the budget windows.</summary>
    public DateTimeOffset OccurredAt { get; private init; }

    /// <summary>When the usage was recorded (UTC).</summary>
    public DateTimeOffset RecordedAt { get; private init; }

    /// <summary>The model; empty when unknown.</summary>
    public string Model { get; private init; } = "";

    /// <summary>Its own labels, which add to those of its session or replace them.</summary>
    public LabelSet Labels { get; private init; } = LabelSet.None;

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; private init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; private init; }

    /// <summary>Cache-read tokens.</summary>
    public long CacheReadTokens { get; private init; }

    /// <summary>Cache-write tokens.</summary>
    public long CacheWriteTokens { get; private init; }

    /// <summary>The part of the cache-write tokens that was written for an hour.</summary>
    public long LongCacheWriteTokens { get; private init; }

    /// <summary>Whether the provider's batch API was used.</summary>
    public bool IsBatch { get; private init; }

    /// <summary>Whether the usage is a sum of calls, as from telemetry counters. The rates for long prompts do not apply to it.</summary>
    public bool IsSum { get; private init; }

    /// <summary>Whether <see cref="OccurredAt"/> is the time of receipt because the program's clock was too far off.</summary>
    public bool IsTimeOfReceipt { get; private init; }

    /// <summary>Tokens of all classes that wait for a price; negative in the correction that prices them.</summary>
    public long UnpricedTokens { get; private init; }

    /// <summary>
    /// The sequence of the record that this one corrects by a later price, if any. A correction adds the difference in cost and no tokens.
    /// </summary>
    public long? Corrects { get; private init; }

    /// <summary>The price that applied to the model, if any.</summary>
    public long? PriceId { get; private init; }

    /// <summary>The cost of the input tokens by that price (USD).</summary>
    public Money? InputCost { get; private init; }

    /// <summary>The cost of the output tokens by that price (USD).</summary>
    public Money? OutputCost { get; private init; }

    /// <summary>The cost of the cache-read tokens by that price (USD).</summary>
    public Money? CacheReadCost { get; private init; }

    /// <summary>The cost of the cache-write tokens by that price (USD).</summary>
    public Money? CacheWriteCost { get; private init; }

    /// <summary>The cost (USD); zero while it is unpriced. For a correction the difference, which may be negative.</summary>
    public Money Cost { get; private init; }

    /// <summary>The part of the cost that is assumed (USD), all of it or nothing; negative in the correction that replaces it.</summary>
    public Money AssumedCost { get; private init; }

    /// <summary>
    /// Whether the cost is an estimate, because it was assumed or taken from the reservation, the price lacks a rate, or the tokens were estimated.
    /// See <see cref="Prices.ModelPrice.CostOf"/>.
    /// </summary>
    public bool IsEstimated { get; private init; }

    /// <summary>The source of the cost.</summary>
    public CostSource CostSource { get; private init; }

    /// <summary>How the usage is billed.</summary>
    public Billing Billing { get; private init; }

    /// <summary>The error of a failed call, if any.</summary>
    public string? Error { get; private init; }

    /// <summary>The reservation that the usage named, if any.</summary>
    public Guid? ReservationId { get; private init; }

    /// <summary>The model that the caller asked for, if the gateway sent the call to another one.</summary>
    public string? RequestedModel { get; private init; }

    /// <summary>Whether the gateway lowered the output limit of the call. Unknown, and false, for a call that was charged because it was never settled.</summary>
    public bool IsOutputLimitLowered { get; private init; }

    /// <summary>The provider's id of the answer, if the call went through the gateway and the provider told it.</summary>
    public string? ProviderResponseId { get; private init; }

    /// <summary>The part of the cost that neither the reservation nor the remaining hard budgets covered (USD); see rule 3.</summary>
    public Money Overrun { get; private init; }

    /// <summary>Whether a usage that is recorded now may have occurred at an instant (rule 9).</summary>
    public static bool MayHaveOccurredAt(DateTimeOffset occurredAt, DateTimeOffset now) =>
        occurredAt <= now + LatestAhead && occurredAt >= now - OldestBack;
}
