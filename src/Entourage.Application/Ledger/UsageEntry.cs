using Entourage.Application.Abstractions;
using Entourage.Application.Budgets;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using FluentValidation;

namespace Entourage.Application.Ledger;

/// <summary>
/// A usage. A cap never refuses it, because the money is already spent (rule 1). Its id is generated before the transaction, so that a repeated attempt
/// is recognised.
/// </summary>
/// <param name="RecordId">The id of its record.</param>
/// <param name="SessionId">The session that used it.</param>
/// <param name="Tokens">The tokens, by the classes that prices distinguish.</param>
/// <param name="ReportedCost">The cost (USD) that the caller states; null to compute it from the price of the model.</param>
/// <param name="Model">The model; the session's when null.</param>
/// <param name="ReservationId">The reservation that it commits; null for none.</param>
/// <param name="OccurredAt">When the money was spent (UTC).</param>
/// <param name="Error">The error of a failed call.</param>
/// <param name="Billing">Whether the call is billed by the token or covered by a subscription.</param>
/// <param name="Now">The current time (UTC).</param>
/// <param name="Idempotency">The caller's key; null for none.</param>
/// <param name="RequestModel">The requested model, if a different one answered. Its price is used if the other model has none.</param>
public sealed record UsageEntry(
    Guid RecordId,
    long SessionId,
    BilledTokens Tokens,
    Money? ReportedCost,
    string? Model,
    Guid? ReservationId,
    DateTimeOffset OccurredAt,
    string? Error,
    Billing Billing,
    DateTimeOffset Now,
    IdempotencyToken? Idempotency,
    string? RequestModel = null) : LedgerEntry<UsageResponse>(Now, Idempotency)
{
    /// <summary>Its own labels, which add to those of the session or replace them.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <summary>Facts that only telemetry reports; null for a usage that was reported over the API.</summary>
    public TelemetryFacts? Telemetry { get; init; }

    /// <summary>The call through the gateway that this usage settles; null if it did not come through the gateway.</summary>
    public GatewayCall? Call { get; init; }

    /// <summary>Whether <see cref="OccurredAt"/> is within the accepted range.</summary>
    internal bool IsInTime => UsageRecord.MayHaveOccurredAt(OccurredAt, Now);

    internal override LedgerEntryKind Kind => LedgerEntryKind.Usage;

    internal override long? NamedSession => SessionId;

    internal override Guid? NamedReservation => ReservationId;

    internal override IEnumerable<IdempotencyToken> Keys => Telemetry is { } facts
        ? base.Keys.Concat(facts.SpansAbove).Concat(facts.Replaced).Concat(facts.SpansBelow).Concat(new[] { facts.Span, facts.Call }.OfType<IdempotencyToken>())
        : base.Keys;

    /// <summary>Creates the entry of a valid command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="idempotency">The caller's key; null for none.</param>
    internal static UsageEntry Of(RecordUsageCommand command, DateTimeOffset now, IdempotencyToken? idempotency) => new(
        Guid.CreateVersion7(now),
        command.SessionId,
        new BilledTokens(
            new TokenCounts(command.InputTokens!.Value, command.OutputTokens!.Value, command.CacheReadTokens ?? 0, command.CacheWriteTokens ?? 0),
            command.LongCacheWriteTokens ?? 0,
            command.Batch),
        command.CostUsd,
        command.Model,
        command.ReservationId,
        command.OccurredAt ?? now,
        command.Error,
        command.Billing,
        now,
        idempotency)
    {
        Labels = RequestedLabels.ToSet(command.Labels),
    };

    /// <summary>Creates the entry of a correction, which has the session, model, labels, time and billing of the corrected record.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="tokens">The tokens to add; negative to take some back.</param>
    /// <param name="model">The model; empty if none was reported.</param>
    /// <param name="labels">The own labels of the corrected record.</param>
    /// <param name="occurredAt">When the corrected usage happened (UTC).</param>
    /// <param name="billing">The billing of the corrected usage.</param>
    /// <param name="now">The current time (UTC).</param>
    internal static UsageEntry OfCorrection(
        long sessionId, BilledTokens tokens, string model, LabelSet labels, DateTimeOffset occurredAt, Billing billing, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), sessionId, tokens, ReportedCost: null, model, ReservationId: null, occurredAt, Error: null, billing, now, Idempotency: null)
        {
            Labels = labels,
        };

    internal override IReadOnlyList<Budget> FurtherBudgets(LedgerSession session, LedgerWorkingSet workingSet)
    {
        if (!IsInTime || !(DropsSurplusLabels || session.Labels.CanAdd(Labels)))
        {
            // It will be refused.
            return [];
        }

        var policy = session.Policy;
        if (policy.Rules.Count == 0)
        {
            return policy.BudgetsAt(OccurredAt);
        }

        // Its price decides which of its models is recorded.
        var models = new[] { Model ?? session.Model ?? "", RequestModel ?? "" }.Where((model, i) => i == 0 || model.Length > 0).Distinct(StringComparer.Ordinal);
        var labels = WithLabelsFor(session).Labels;
        return [.. models.Select(model => policy.ForCall(model, labels)).SelectMany(call => call.BudgetsAt(OccurredAt).Concat(call.BudgetsAt(Now)))];
    }

    internal override async ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        if (ledger.Corrections.IsCovered(this))
        {
            // A span below this one has reported the same tokens, or the gateway has recorded the call.
            ledger.Corrections.RememberCovered(this);
            await ledger.TakeBackCoveredAsync(this);
            return LedgerOutcome.Replay(false);
        }

        var session = ledger.GetSession(SessionId);
        EnsureInTime();
        var usage = ledger.Corrections.WithStatedCost(WithLabelsFor(session));
        ledger.Rules.EnsureAllowed(usage.ReportedCost, nameof(RecordUsageCommand.CostUsd));
        var reservation = FindReservation(ledger.WorkingSet);
        var priced = usage.Price(session, reservation, ledger);

        // This comes first, because otherwise the same money would count twice for a moment and could cross a threshold.
        await ledger.TakeBackCoveredAsync(usage);
        var record = ledger.Add(priced, session, reservation, out var stops);
        if (reservation is not null)
        {
            ledger.WorkingSet.End(reservation, ReservationStatus.Committed, Now);
        }

        ledger.Corrections.Remember(usage, SessionId, RecordId);
        if (FindExceeded(record, session, ledger.WorkingSet) is { } exceeded)
        {
            stops = [.. stops, exceeded];
        }

        foreach (var stop in stops)
        {
            await stop.CarryOutAsync(ledger, Now);
        }

        return LedgerOutcome.Accepted(Respond(record, ledger.WorkingSet, stops));
    }

    internal override async ValueTask ReplayAsync(LedgerTransaction ledger, object response)
    {
        if (Telemetry is null || response is not UsageResponse before)
        {
            return;
        }

        if (ledger.Corrections.FindCorrection(this, before) is { } correction)
        {
            await ledger.CorrectAsync(correction);
        }

        ledger.Corrections.Remember(this, before.Id, before.UsageId);
        await ledger.TakeBackCoveredAsync(this);
    }

    // What telemetry and the gateway report is spent, so its labels never refuse it.
    private bool DropsSurplusLabels => Telemetry is not null || Call is not null;

    private UsageEntry WithLabelsFor(LedgerSession session) =>
        Labels.IsEmpty ? this : this with { Labels = session.OwnLabelsOf(Labels, DropsSurplusLabels) };

    private void EnsureInTime()
    {
        if (!IsInTime)
        {
            throw new RuleViolationException(
                "validation",
                $"'occurred_at' must be at most {UsageRecord.LatestAhead.TotalMinutes} minutes ahead and {UsageRecord.OldestBack.TotalDays} days back.",
                nameof(OccurredAt));
        }
    }

    /// <summary>The live reservation that it commits; null if it names none or one that has ended (rule 7).</summary>
    private LedgerReservation? FindReservation(LedgerWorkingSet workingSet)
    {
        if (ReservationId is not { } id)
        {
            return null;
        }

        // A held reservation belongs to the gateway. An agent that could commit it for less would escape its cap.
        return workingSet.FindReservation(id) is { } found && found.Reservation.SessionId == SessionId && found.Reservation.IsHeld == (Call is not null)
            ? found.Reservation.IsLiveAt(Now) ? found : null
            : throw new RuleViolationException("unknown-reservation", $"Session {SessionId} has no reservation {id}.", nameof(ReservationId));
    }

    /// <summary>
    /// Prices the usage. The cost is the stated one, else the one by the price list, else the reserved amount unless that is assumed, else the one at the
    /// assumed rates if the team's rule is <see cref="UnpricedModelRule.Assume"/>, else zero.
    /// </summary>
    private LedgerRecord Price(LedgerSession session, LedgerReservation? reservation, LedgerTransaction ledger)
    {
        var workingSet = ledger.WorkingSet;
        var model = Model ?? session.Model ?? "";
        var price = workingSet.FindPrice(session, model, OccurredAt, Tokens, Call?.Tier);
        if (price is null && ReportedCost is null && RequestModel is { } requested
            && workingSet.FindPrice(session, requested, OccurredAt, Tokens, Call?.Tier) is { } ofRequested)
        {
            // Some gateways and servers answer with a model name that only they use. The requested model is then the best known one.
            (model, price) = (requested, ofRequested);
        }

        var (cost, source) = ReportedCost is { } reported ? (reported, CostSource.Reported)
            : price is not null ? (price.Parts.Total, CostSource.Catalogue)
            : reservation is { Reservation.IsAssumed: false } ? (reservation.Reservation.Amount, CostSource.Reservation)
            : session.Policy.TeamLimits.UnpricedModels == UnpricedModelRule.Assume ? (ledger.Rules.AssumedRates.CostOf(Tokens, 0).Total, CostSource.Assumed)
            : (Money.Zero, CostSource.Unpriced);
        if (source == CostSource.Reported && price is { } compared
            && (compared.Parts.IsEstimated || (Telemetry is { MayCostMore: true } && cost > compared.Parts.Total)))
        {
            // Do not compare a stated cost with an incomplete price, or with the price of the tokens if the cost may include more than tokens.
            price = null;
        }

        var unpricedTokens = source == CostSource.Unpriced ? Tokens.Counts.OfAllClasses : 0;
        return new(this, model, cost, source, Overrun: Money.Zero, price, unpricedTokens) { AssumedCost = source == CostSource.Assumed ? cost : Money.Zero };
    }

    /// <summary>The kill that it causes if it exhausted a hard budget and its team or the budget kills on exceed; null for none.</summary>
    private static RequiredStop? FindExceeded(LedgerRecord record, LedgerSession session, LedgerWorkingSet workingSet)
    {
        if (session.Policy is { TeamLimits.OnExceed: not OnExceed.Kill, Rules.Count: 0 })
        {
            return null;
        }

        // Money spent in a past window stops no session now.
        var policy = session.Policy.ForCall(record.Model, record.Entry.Labels);
        var present = policy.BudgetsAt(record.Entry.Now);
        var drawnOn = policy.BudgetsAt(record.Entry.OccurredAt);
        if (!ReferenceEquals(drawnOn, present))
        {
            drawnOn = [.. drawnOn.Where(budget => present.Any(now => now.Window == budget.Window))];
        }

        var tokens = record.Entry.Tokens.Counts.OfAllClasses;
        var exceeded = workingSet.PositionOf(drawnOn).Budgets
            .Where(budget => budget.IsExhausted && policy.Kills(budget.Budget) && budget.Budget.AmountOf(record.CountedCost, tokens) != Money.Zero)
            .Select(budget => budget.Budget)
            .ToArray();
        return RequiredStop.KillUnder(session, exceeded);
    }

    private UsageResponse Respond(LedgerRecord record, LedgerWorkingSet workingSet, IReadOnlyList<RequiredStop> stops)
    {
        var session = workingSet.FindSession(SessionId)!;
        var position = workingSet.PositionOf(session.Policy.ForCall(record.Model, record.Entry.Labels).BudgetsAt(Now));
        List<string> reasons = [.. stops.Select(stop => stop.Reason), .. workingSet.PausesOf(session, Now).Select(StopReason.Of)];
        if (StopReason.Of(session.State.Status) is { } ended)
        {
            reasons.Add(ended);
        }

        var budget = BudgetResponse.From(position, Now, reasons);
        return new(SessionResponse.Of(session, position, Now), RecordId, record.CostSource, record.IsEstimated, record.Overrun, budget);
    }
}
