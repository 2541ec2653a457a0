using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Events;
using Entourage.Application.Json;
using Entourage.Application.Ledger;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Ledger;

/// <summary>Entries that share a transaction, taken one after the other. Every rule is the domain's.</summary>
internal sealed partial class LedgerBatch(IReadOnlyList<LedgerEntry> entries, ILedgerWrites store, PriceLists priceLists, UsageBounds bounds, TokenRates assumedRates)
{
    private readonly Dictionary<string, (IdempotentAnswer Stored, object Response)> answeredHere = new(StringComparer.Ordinal);
    private readonly LedgerLoader opening = new(entries, store, priceLists, bounds);
    private LedgerWorkingSet books = null!;
    private LedgerStops stops = null!;
    private AlertDetection watch = null!;
    private LedgerBatchReplays batches = null!;

    /// <summary>The teams concerned.</summary>
    public IReadOnlyCollection<Guid> TeamIds => books.TeamIds;

    /// <summary>The usages that were recorded.</summary>
    public IReadOnlyCollection<LedgerRecord> Records => books.Records;

    /// <summary>Writes the entries, in their order.</summary>
    /// <returns>For each what its caller is told: an answer, or the reason why it alone was not written.</returns>
    public async Task<IReadOnlyList<LedgerOutcome>> WriteAsync()
    {
        books = await opening.ReadAsync();
        stops = new(books, store);
        watch = new(books, stops, bounds, assumedRates);
        batches = new(opening.Answered);
        var outcomes = new LedgerOutcome[entries.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = await TakeAsync(entries[i]);
        }

        await watch.RaiseAsync(store);
        var added = answeredHere.Values.Select(answer => answer.Stored).Concat(batches.Added).Concat(opening.Amendments.Added);
        if (books.Close(added, batches.Extended.Concat(opening.Amendments.Changed)) is { } changes)
        {
            await store.SaveAsync(changes);
        }

        return outcomes;
    }

    private async ValueTask<LedgerOutcome> TakeAsync(LedgerEntry entry)
    {
        try
        {
            if (FindEarlier(entry) is { } earlier)
            {
                await ReviseAsync(entry, earlier);
                return LedgerOutcome.Of(earlier, replayed: true);
            }

            if (entry is UsageEntry usage && opening.Amendments.IsCovered(usage))
            {
                opening.Amendments.RememberCovered(usage);
                await CoverAsync(usage);
                return LedgerOutcome.Of(false, replayed: true);
            }

            var response = await ApplyAsync(entry);
            if (response is Exception refusal)
            {
                return LedgerOutcome.Of(refusal);
            }

            Keep(entry, response);
            return LedgerOutcome.Of(response, replayed: false);
        }
        catch (Exception refusal) when (refusal is IdempotencyKeyReusedException or RuleViolationException or NotFoundException)
        {
            return LedgerOutcome.Of(refusal);
        }
    }

    private object? FindEarlier(LedgerEntry entry)
    {
        if (entry.Idempotency is not { } token)
        {
            return null;
        }

        if (token.Item is { } item)
        {
            return batches.Find((UsageEntry)entry, item);
        }

        if (answeredHere.TryGetValue(token.Key, out var here))
        {
            token.EnsureSameRequest(here.Stored.RequestHash);
            return here.Response;
        }

        if (opening.Answered.TryGetValue(token.Key, out var before))
        {
            token.EnsureSameRequest(before.RequestHash);
            return JsonSerializer.Deserialize(before.Response, entry.AnswerType, EntourageJson.Stored);
        }

        return null;
    }

    private void Keep(LedgerEntry entry, object response)
    {
        if (entry.Idempotency is { Item: { } item })
        {
            batches.Keep((UsageEntry)entry, item, (UsageResponse)response);
        }
        else if (entry.Idempotency is { } token)
        {
            var stored = new IdempotentAnswer(
                token.KeyHash, token.RequestHash, JsonSerializer.Serialize(response, entry.AnswerType, EntourageJson.Stored), entry.Now);
            answeredHere.Add(token.Key, (stored, response));
        }
    }

    /// <summary>Applies an entry to the books.</summary>
    /// <returns>The answer, or a refusal that is too common to be thrown.</returns>
    private async ValueTask<object> ApplyAsync(LedgerEntry entry) => entry switch
    {
        UsageEntry usage => await RecordAsync(usage),
        ReserveEntry reserve => Reserve(reserve),
        ExtendEntry extend => Extend(extend),
        ReleaseEntry release => Release(release),
        EndSessionEntry end => End(end),
        KillSessionEntry kill => await KillAsync(kill),
        AbandonEntry abandon => await AbandonAsync(abandon),
        PauseEntry pause => await stops.PauseAsync(pause),
        ResumeEntry resume => await stops.ResumeAsync(resume),
        RepriceEntry reprice => await RepriceAsync(reprice),
        _ => throw new InvalidOperationException($"The ledger takes no {entry.GetType()}."),
    };

    private async ValueTask<UsageResponse> RecordAsync(UsageEntry told)
    {
        var usage = opening.Amendments.WithStatedCost(told);
        var session = GetSession(usage.SessionId);
        if (!LedgerLoader.MayBeCounted(usage))
        {
            throw new RuleViolationException(
                "validation",
                $"'occurred_at' must be at most {UsageRecord.LatestAhead.TotalMinutes} minutes ahead and {UsageRecord.OldestBack.TotalDays} days back.",
                nameof(UsageEntry.OccurredAt));
        }

        EnsureAllowed(usage.ReportedCost, "CostUsd");
        var held = FindOwnReservation(usage);
        var model = usage.Model ?? session.Model ?? "";
        var price = FindPrice(session, model, usage.OccurredAt, usage.Tokens);
        if (price is null && usage is { ReportedCost: null, RequestModel: { } requested } && FindPrice(session, requested, usage.OccurredAt, usage.Tokens) is { } ofRequest)
        {
            // Some gateways and servers answer under names of their own. The model that was asked for is the best that is known then.
            (model, price) = (requested, ofRequest);
        }

        var (cost, source) = usage.ReportedCost is { } reported ? (reported, CostSource.Reported)
            : price is not null ? (price.Parts.Total, CostSource.Catalogue)
            : held is { Reservation.IsAssumed: false } ? (held.Reservation.Amount, CostSource.Reservation)
            : session.Policy.TeamLimits.UnpricedModels == UnpricedModelRule.Assume ? (assumedRates.CostOf(usage.Tokens, 0).Total, CostSource.Assumed)
            : (Money.Zero, CostSource.Unpriced);
        if (source == CostSource.Reported && price is { } compared
            && (compared.Parts.IsEstimated || (usage.Telemetry is { MayCostMore: true } && cost > compared.Parts.Total)))
        {
            // What an incomplete price comes to says nothing about a stated cost, nor does one of tokens alone where more than these was paid for.
            price = null;
        }

        // First: what is taken back must not be spent together with this.
        await CoverAsync(usage);
        var unpricedTokens = source == CostSource.Unpriced ? usage.Tokens.Counts.OfAllClasses : 0;
        var assumed = source == CostSource.Assumed ? cost : Money.Zero;
        var record = Add(new(usage, model, cost, source, Money.Zero, price, unpricedTokens) { AssumedCost = assumed }, session, held);
        if (held is not null)
        {
            books.End(held, ReservationStatus.Committed, usage.Now);
        }

        opening.Amendments.Remember(usage, usage.SessionId, usage.RecordId);
        KillWhatExceeds(record, session);
        var reasons = await stops.CarryOutAsync();
        return LedgerAnswers.OfUsage(record, GetSession(usage.SessionId), books, reasons);
    }

    /// <summary>Refuses a stated amount above what the operator allows. Seen here, since a retry under a key is answered as before.</summary>
    private void EnsureAllowed(Money? stated, string member)
    {
        if (stated > bounds.MaxCost)
        {
            throw new RuleViolationException(
                "validation",
                $"'{JsonNamingPolicy.SnakeCaseLower.ConvertName(member)}' is {stated}, and must be at most {bounds.MaxCost} dollars: the operator's setting Usage:GreatestCostUsd.",
                member);
        }
    }

    /// <summary>Has a session killed that drew on a hard budget of which nothing is left now, where its team wants that.</summary>
    private void KillWhatExceeds(LedgerRecord record, LedgerSession session)
    {
        var (usage, cost) = (record.Entry, record.CountedCost);
        if (session.Policy.TeamLimits.OnExceed != OnExceed.Kill || cost == Money.Zero)
        {
            return;
        }

        // What was spent in a window of the past stops nobody now.
        var present = books.BudgetsAt(session, usage.Now);
        var drawnOn = books.BudgetsAt(session, usage.OccurredAt).Where(budget => present.Any(now => now.Window == budget.Window));
        var exceeded = books.PositionOf(drawnOn).Budgets.Where(budget => budget.IsExhausted).Select(budget => budget.Budget).ToArray();
        if (exceeded is [var widest, ..])
        {
            // The cap of a session is that of its whole tree, from the topmost down.
            stops.Kill(session, StopReason.Of(widest), usage.Now, wholeTree: exceeded[^1].Window.Scope == BudgetScope.Session);
        }
    }

    /// <summary>Adds a record to the books, with the part of its cost that nothing had granted.</summary>
    private LedgerRecord Add(LedgerRecord record, LedgerSession session, LedgerReservation? held)
    {
        var budgets = books.BudgetsAt(session, record.Entry.OccurredAt);
        var before = books.PositionOf(budgets);
        record = record with { Overrun = before.OverrunOf(record.CountedCost, held?.Reservation.Amount, held?.Windows ?? []) };
        books.Add(record, session, budgets);
        watch.Look(record, before);
        return record;
    }

    private LedgerPrice? FindPrice(LedgerSession session, string model, DateTimeOffset at, BilledTokens tokens) =>
        model.Length > 0 && opening.Prices[session.Policy.OrganisationId].Find(model, at) is { } price ? new(price.Id, price.CostOf(tokens)) : null;

    private SessionResponse End(EndSessionEntry end)
    {
        var session = GetSession(end.SessionId);
        if (!session.State.IsActive)
        {
            return LedgerAnswers.OfSession(session, books, end.Now);
        }

        books.End(session, session.State.End(end.Failed, end.Error, end.Now));
        foreach (var held in books.ReservationsOf(session.Id))
        {
            books.End(held, ReservationStatus.Released, end.Now);
        }

        var ended = LedgerAnswers.OfSession(GetSession(end.SessionId), books, end.Now);
        books.Tell(TeamEventFactory.Of(ended, session.Policy.TeamId, end.Now));
        return ended;
    }

    private async Task<SessionResponse> KillAsync(KillSessionEntry kill)
    {
        await stops.KillAsync(GetSession(kill.SessionId).Policy.TeamId, kill.SessionId, kill.Reason, kill.By, kill.Now);
        return LedgerAnswers.OfSession(GetSession(kill.SessionId), books, kill.Now);
    }

    private async Task<bool> AbandonAsync(AbandonEntry abandon)
    {
        var session = GetSession(abandon.SessionId);
        var isAbandoned = await stops.AbandonAsync(session, abandon.IsTelemetrys, abandon.Now);
        if (isAbandoned && !abandon.IsTelemetrys)
        {
            watch.NoteAbandoned(session, abandon.Now);
        }

        return isAbandoned;
    }

    private LedgerSession GetSession(long id) => books.FindSession(id) ?? throw new NotFoundException("session", id);

    private LedgerReservation GetReservation(Guid id) => books.FindReservation(id) ?? throw new NotFoundException("reservation", id);
}
