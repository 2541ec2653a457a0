using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>
/// The rows that a transaction adds and changes. A changed row carries the values that were read, and saving fails if the store no longer has them.
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

    /// <summary>What to add to the counts of sessions' calls through the gateway.</summary>
    public required IReadOnlyDictionary<long, CallCounts> Calls { get; init; }

    public required StartChanges Starts { get; init; }

    public required IReadOnlyDictionary<long, SessionState> EndedSessions { get; init; }

    public required IReadOnlyCollection<PauseChange> Pauses { get; init; }

    public required IReadOnlyDictionary<UsageRollupKey, UsageSum> Rollups { get; init; }

    /// <summary>The sets of labels that sessions or usages have brought. The store may have them already.</summary>
    public required IReadOnlyCollection<LabelSetMember> Labels { get; init; }

    public required IReadOnlyCollection<CounterChange> Counters { get; init; }

    public required IReadOnlyCollection<Reservation> NewReservations { get; init; }

    public required IReadOnlyCollection<ReservationChange> ChangedReservations { get; init; }

    /// <summary>The loaded sessions as the transaction leaves them. What has changed is also in the other members.</summary>
    public required IReadOnlyCollection<LedgerSession> SessionsAfter { get; init; }

    /// <summary>The loaded and new reservations as the transaction leaves them. What has changed is also in the other members.</summary>
    public required IReadOnlyCollection<LedgerReservation> ReservationsAfter { get; init; }

    /// <summary>Whether there is nothing to save.</summary>
    public bool IsEmpty =>
        Records.Count + Answers.Count + ExtendedAnswers.Count + Events.Count + Calls.Count + EndedSessions.Count + Pauses.Count + NewReservations.Count + ChangedReservations.Count + Counters.Count == 0;
}

/// <summary>A usage record that the transaction will write: a usage or a correction with its price.</summary>
/// <param name="Entry">The usage or the correction.</param>
/// <param name="Model">The reported model, or else the session's; empty for none.</param>
/// <param name="Cost">The cost (USD); zero while it is unpriced. For a correction, the difference.</param>
/// <param name="CostSource">The source of the cost.</param>
/// <param name="Overrun">The part of the cost (USD) that neither a reservation nor a budget's remaining amount covered.</param>
/// <param name="Price">The price of the model and the cost by that price; null if it has none.</param>
/// <param name="UnpricedTokens">The tokens that wait for a price; negative if a correction has priced them.</param>
/// <param name="Corrects">The sequence of the record that this one corrects; null for a usage.</param>
internal sealed record LedgerRecord(
    UsageEntry Entry, string Model, Money Cost, CostSource CostSource, Money Overrun, LedgerPrice? Price, long UnpricedTokens, long? Corrects = null)
{
    /// <summary>The assumed part of its cost (USD); negative if a correction replaces an assumed cost.</summary>
    public Money AssumedCost { get; init; }

    /// <summary>Whether its cost is an estimate. See <see cref="UsageRecord.IsEstimated"/>.</summary>
    public bool IsEstimated => Entry.Call is { IsEstimate: true } || CostSource switch
    {
        CostSource.Assumed or CostSource.Reservation => true,
        CostSource.Catalogue => Price!.Parts.IsEstimated,
        _ => false,
    };

    /// <summary>The cost that counts against caps (USD); zero if it is imputed.</summary>
    public Money CountedCost => Entry.Billing == Billing.Api ? Cost : Money.Zero;

    /// <summary>Its contribution to totals.</summary>
    public UsageSum Sum => new(Entry.Tokens.Counts, UnpricedTokens, CountedCost, Cost - CountedCost, Sessions: 0)
    {
        AssumedCost = Entry.Billing == Billing.Api ? AssumedCost : Money.Zero,
    };
}

/// <summary>A price, and the cost of a usage by that price.</summary>
internal sealed record LedgerPrice(long PriceId, CostParts Parts);

/// <summary>A record that waits for a price. Until then it costs nothing, or its tokens at the assumed rates.</summary>
internal sealed record UnpricedRecord(
    long Sequence,
    long SessionId,
    DateTimeOffset OccurredAt,
    string Model,
    LabelSet Labels,
    BilledTokens Tokens,
    Billing Billing,
    long UnpricedTokens,
    Money Cost,
    Money AssumedCost);

/// <summary>A counter before and after the transaction.</summary>
/// <param name="Window">The counter's window.</param>
/// <param name="Before">The stored values; null if there is no row yet.</param>
/// <param name="After">The new values.</param>
internal sealed record CounterChange(BudgetWindow Window, Spending? Before, Spending After);

/// <summary>A live or expired reservation, before and after the transaction.</summary>
internal sealed record ReservationChange(Reservation Before, Reservation After);

/// <summary>A stored response before and after the transaction.</summary>
internal sealed record AnswerChange(IdempotentAnswer Before, IdempotentAnswer After);

/// <summary>The sessions that have started.</summary>
/// <param name="Sessions">Their numbers. The store has the sessions already, because it assigns the numbers.</param>
/// <param name="UsedTokens">The child tokens that they have used. Saving fails if one was used meanwhile.</param>
internal sealed record StartChanges(IReadOnlyCollection<long> Sessions, IReadOnlyCollection<ChildToken> UsedTokens);

/// <summary>The changes that usages make to a session.</summary>
/// <param name="Sum">The amounts to add to its totals.</param>
/// <param name="LastCallAt">When it last reported a usage (UTC).</param>
/// <param name="DetectorBefore">The stored text of its detector state.</param>
/// <param name="DetectorAfter">The new text.</param>
internal sealed record SessionChange(UsageSum Sum, DateTimeOffset? LastCallAt, string DetectorBefore, string DetectorAfter);

/// <summary>The new pause or archive mark of an agent, a team or an organisation; null to end it.</summary>
internal sealed record PauseChange(PauseScope Scope, Guid Id, Pause? After)
{
    /// <summary>The pause to store. Below an archive mark, it is the one that a restore brings back.</summary>
    public Pause? Pause => After is { IsArchive: true } ? After.BeforeArchive : After;

    /// <summary>The archive mark to store (UTC); null for none.</summary>
    public DateTimeOffset? ArchivedAt => After is { IsArchive: true } ? After.PausedAt : null;
}

/// <summary>The key of a rollup: a session, a model and a set of labels in a quarter hour (UTC).</summary>
internal readonly record struct UsageRollupKey(Guid TeamId, DateTimeOffset QuarterAt, long SessionId, string Model, long LabelSetId)
{
    /// <summary>The key of the rollup of a session's usage of a model with some labels at an instant.</summary>
    public static UsageRollupKey Of(LedgerSession session, DateTimeOffset at, string model, LabelSet labels) =>
        new(session.Policy.TeamId, UsageRollup.QuarterOf(at), session.Id, model, labels.Id);
}

/// <summary>The part of a rollup that the cost summaries lack.</summary>
/// <param name="Bucket">The rollup.</param>
/// <param name="Origin">Its organisation, team, agent and task.</param>
/// <param name="Sum">The missing part.</param>
internal sealed record UnsummarisedRollup(UsageRollupKey Bucket, CostOrigin Origin, UsageSum Sum);

/// <summary>The key of a set of labels.</summary>
/// <param name="OrganisationId">The organisation in which it is used.</param>
/// <param name="Id">The <see cref="LabelSet.Id"/> of the set.</param>
internal readonly record struct LabelSetKey(Guid OrganisationId, long Id);

/// <summary>A label of a stored set.</summary>
internal readonly record struct StoredLabel(LabelSetKey Set, Label Label);
