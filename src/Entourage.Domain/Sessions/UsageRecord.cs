namespace Entourage.Domain.Sessions;

/// <summary>Where a usage's cost comes from. The numbers are stored and never change.</summary>
public enum CostSource
{
    /// <summary>The caller stated it.</summary>
    Reported = 1,

    /// <summary>Nobody knows it yet; it counts as zero until it is priced.</summary>
    Unpriced = 2,

    /// <summary>The price of the model at the time came to it.</summary>
    Catalogue = 3,

    /// <summary>Nobody stated it and the model has no price: it is what the call had reserved.</summary>
    Reservation = 4,

    /// <summary>Nobody stated it and the model has no price: the tokens count at the operator's assumed rates until it has one.</summary>
    Assumed = 5,
}

/// <summary>How a usage is paid for. The numbers are stored and never change.</summary>
public enum Billing
{
    /// <summary>By the token: real money, which counts against the caps.</summary>
    Api = 1,

    /// <summary>By a flat subscription: the cost is only imputed, reported apart, and counts against no cap.</summary>
    Subscription = 2,
}

/// <summary>One reported use of a model. Append-only: never changed, and the truth that every total is checked against.</summary>
public sealed class UsageRecord
{
    /// <summary>How far ahead of now a usage may have happened, for clocks that disagree.</summary>
    public static readonly TimeSpan LatestAhead = TimeSpan.FromMinutes(5);

    /// <summary>How long ago a usage may have happened.</summary>
    public static readonly TimeSpan OldestBack = TimeSpan.FromDays(30);

    private UsageRecord()
    {
    }

    /// <summary>The order in which the store took it; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID, made before the store is asked, so that a repeated attempt writes the same record.</summary>
    public Guid Id { get; private init; }

    /// <summary>The session that used it.</summary>
    public long SessionId { get; private init; }

    /// <summary>When the money was spent (UTC): decides the budget windows.</summary>
    public DateTimeOffset OccurredAt { get; private init; }

    /// <summary>When it was recorded (UTC).</summary>
    public DateTimeOffset RecordedAt { get; private init; }

    /// <summary>The model used; empty when nobody said.</summary>
    public string Model { get; private init; } = "";

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; private init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; private init; }

    /// <summary>Cache-read tokens.</summary>
    public long CacheReadTokens { get; private init; }

    /// <summary>Cache-write tokens.</summary>
    public long CacheWriteTokens { get; private init; }

    /// <summary>Those of the cache-write tokens that were written for an hour.</summary>
    public long LongCacheWriteTokens { get; private init; }

    /// <summary>Whether it went through the provider's batch API.</summary>
    public bool IsBatch { get; private init; }

    /// <summary>Whether it is a sum of calls, as counters have it: then no rate for long prompts applies.</summary>
    public bool IsSum { get; private init; }

    /// <summary>Whether <see cref="OccurredAt"/> is when it was received, since its program's clock was too far off.</summary>
    public bool IsTimeOfReceipt { get; private init; }

    /// <summary>The tokens of all classes that wait for a price; taken off again by the correction that prices them.</summary>
    public long UnpricedTokens { get; private init; }

    /// <summary>The sequence of the record that this one corrects: the same usage, priced later. It adds the difference in cost and no tokens.</summary>
    public long? Corrects { get; private init; }

    /// <summary>The price that was in force for the model, if there was one.</summary>
    public long? PriceId { get; private init; }

    /// <summary>What that price comes to for the input tokens (USD).</summary>
    public Money? InputCost { get; private init; }

    /// <summary>What it comes to for the output tokens (USD).</summary>
    public Money? OutputCost { get; private init; }

    /// <summary>What it comes to for the cache-read tokens (USD).</summary>
    public Money? CacheReadCost { get; private init; }

    /// <summary>What it comes to for the cache-write tokens (USD).</summary>
    public Money? CacheWriteCost { get; private init; }

    /// <summary>The cost (USD); zero while it is unpriced. Of a correction the difference, which may be less than zero.</summary>
    public Money Cost { get; private init; }

    /// <summary>The part of the cost that is assumed (USD): all of it or nothing; less than zero in the correction that takes it off again.</summary>
    public Money AssumedCost { get; private init; }

    /// <summary>
    /// Whether the cost is an estimate: it is assumed, it is what was reserved, or the price lacked a rate that was needed. See
    /// <see cref="Prices.ModelPrice.CostOf"/>.
    /// </summary>
    public bool IsEstimated { get; private init; }

    /// <summary>Where the cost comes from.</summary>
    public CostSource CostSource { get; private init; }

    /// <summary>How it is paid for.</summary>
    public Billing Billing { get; private init; }

    /// <summary>The error of a failed call, if it was one.</summary>
    public string? Error { get; private init; }

    /// <summary>The reservation that it named, if any.</summary>
    public Guid? ReservationId { get; private init; }

    /// <summary>The part of the cost that neither a reservation nor what the hard budgets had left covered (USD); see rule 3.</summary>
    public Money Overrun { get; private init; }

    /// <summary>Whether an instant is one that a usage recorded now may have happened at (rule 9).</summary>
    public static bool MayHaveOccurredAt(DateTimeOffset occurredAt, DateTimeOffset now) =>
        occurredAt <= now + LatestAhead && occurredAt >= now - OldestBack;
}
