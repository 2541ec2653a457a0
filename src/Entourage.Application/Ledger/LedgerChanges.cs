using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>
/// What a batch comes to: rows to add, and rows to change. Where a row is changed, the change says what it was decided
/// upon, and does not happen if that is not what is stored.
/// </summary>
internal sealed class LedgerChanges
{
    public required IReadOnlyCollection<LedgerRecord> Records { get; init; }

    public required IReadOnlyCollection<IdempotentAnswer> Answers { get; init; }

    public required IReadOnlyCollection<AnswerChange> ExtendedAnswers { get; init; }

    public required IReadOnlyCollection<TeamEvent> Events { get; init; }

    public required IReadOnlyCollection<Alert> Alerts { get; init; }

    public required IReadOnlyCollection<AuditEntry> Audited { get; init; }

    public required IReadOnlyDictionary<long, SessionChange> Sessions { get; init; }

    public required IReadOnlyDictionary<long, SessionState> EndedSessions { get; init; }

    public required IReadOnlyCollection<PauseChange> Pauses { get; init; }

    public required IReadOnlyDictionary<LedgerBucket, UsageSum> Rollups { get; init; }

    public required IReadOnlyCollection<CounterChange> Counters { get; init; }

    public required IReadOnlyCollection<Reservation> NewReservations { get; init; }

    public required IReadOnlyCollection<ReservationChange> ChangedReservations { get; init; }

    /// <summary>There is nothing to write.</summary>
    public bool IsEmpty =>
        Records.Count + Answers.Count + ExtendedAnswers.Count + Events.Count + EndedSessions.Count + Pauses.Count + NewReservations.Count + ChangedReservations.Count + Counters.Count == 0;
}

/// <summary>A usage as it is recorded.</summary>
/// <param name="Entry">What was reported.</param>
/// <param name="Model">The model, the session's where none was reported; empty when nobody said.</param>
/// <param name="Cost">The cost (USD); zero while it is unpriced. Of a correction the difference.</param>
/// <param name="CostSource">Where the cost comes from.</param>
/// <param name="Overrun">The part of the cost that nothing had granted.</param>
/// <param name="Price">The model's price and what it comes to; null when it has none.</param>
/// <param name="UnpricedTokens">The tokens that wait for a price from now on; less than zero where they do not any more.</param>
/// <param name="Corrects">The sequence of the record that this one corrects.</param>
internal sealed record LedgerRecord(
    UsageEntry Entry, string Model, Money Cost, CostSource CostSource, Money Overrun, LedgerPrice? Price, long UnpricedTokens, long? Corrects = null)
{
    /// <summary>The part of its cost that is assumed (USD); less than zero where a correction takes it off again.</summary>
    public Money AssumedCost { get; init; }

    /// <summary>Whether its cost is an estimate, see <see cref="UsageRecord.IsEstimated"/>.</summary>
    public bool IsEstimated => CostSource switch
    {
        CostSource.Assumed or CostSource.Reservation => true,
        CostSource.Catalogue => Price!.Parts.IsEstimated,
        _ => false,
    };

    /// <summary>The part of its cost that counts against caps: all of it, or nothing where it is only imputed.</summary>
    public Money CountedCost => Entry.Billing == Billing.Api ? Cost : Money.Zero;

    /// <summary>What it adds to totals.</summary>
    public UsageSum Sum => new(Entry.Tokens.Counts, UnpricedTokens, CountedCost, Cost - CountedCost, Sessions: 0)
    {
        AssumedCost = Entry.Billing == Billing.Api ? AssumedCost : Money.Zero,
    };
}

/// <summary>A price, and what it comes to for some tokens.</summary>
internal sealed record LedgerPrice(long PriceId, CostParts Parts);

/// <summary>A usage that waits for a price: it counts as nothing, or at the assumed rates.</summary>
internal sealed record LedgerUnpriced(
    long Sequence,
    long SessionId,
    DateTimeOffset OccurredAt,
    string Model,
    BilledTokens Tokens,
    Billing Billing,
    long UnpricedTokens,
    Money Cost,
    Money AssumedCost);

/// <summary>A counter, as it was read and as it is to be.</summary>
/// <param name="Window">Which.</param>
/// <param name="Before">What it said; null where there was none.</param>
/// <param name="After">What it is to say.</param>
internal sealed record CounterChange(BudgetWindow Window, Spending? Before, Spending After);

/// <summary>A reservation that had not ended, as it was read and as it is to be.</summary>
internal sealed record ReservationChange(Reservation Before, Reservation After);

/// <summary>The answer to a batch, as it was read and with the items that were added to it.</summary>
internal sealed record AnswerChange(IdempotentAnswer Before, IdempotentAnswer After);

/// <summary>What usages change of a session.</summary>
/// <param name="Sum">What they add to its totals.</param>
/// <param name="LastCallAt">When it last reported one (UTC).</param>
/// <param name="WatchBefore">The text of its watch, as it was read.</param>
/// <param name="WatchAfter">And as it is to be.</param>
internal sealed record SessionChange(UsageSum Sum, DateTimeOffset? LastCallAt, string WatchBefore, string WatchAfter);

/// <summary>The pause that an agent, a team or an organisation is to have; null for none.</summary>
internal sealed record PauseChange(PauseScope Scope, Guid Id, Pause? After);

/// <summary>The key of a rollup.</summary>
internal readonly record struct LedgerBucket(Guid TeamId, DateTimeOffset QuarterAt, long SessionId, string Model);

/// <summary>What a rollup has that the cost summaries lack.</summary>
/// <param name="Bucket">The rollup.</param>
/// <param name="Origin">Whose it is.</param>
/// <param name="Sum">What they lack.</param>
internal sealed record LedgerUnsummarised(LedgerBucket Bucket, CostOrigin Origin, UsageSum Sum);
