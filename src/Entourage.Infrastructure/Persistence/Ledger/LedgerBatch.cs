using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Events;
using Entourage.Application.Json;
using Entourage.Application.Pricing;
using Entourage.Application.Reservations;
using Entourage.Application.Sessions;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Pricing;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>Entries that share a transaction, taken one after the other. Every rule is the domain's.</summary>
internal sealed class LedgerBatch(IReadOnlyList<LedgerEntry> entries, ILedgerWrites store, PriceLists priceLists, UsageBounds bounds)
{
    private readonly Dictionary<string, (IdempotentAnswer Stored, object Response)> answeredHere = new(StringComparer.Ordinal);
    private readonly LedgerOpening opening = new(entries, store, priceLists);
    private LedgerBooks books = null!;
    private LedgerStops stops = null!;
    private LedgerWatch watch = null!;
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
        watch = new(books, stops, bounds);
        batches = new(opening.Answered);
        var outcomes = new LedgerOutcome[entries.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = await TakeAsync(entries[i]);
        }

        await watch.RaiseAsync(store);
        if (books.Close(answeredHere.Values.Select(answer => answer.Stored).Concat(batches.Added), batches.Extended) is { } changes)
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
                return LedgerOutcome.Of(earlier, replayed: true);
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

    private async ValueTask<UsageResponse> RecordAsync(UsageEntry usage)
    {
        var session = GetSession(usage.SessionId);
        if (!LedgerOpening.MayBeCounted(usage))
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
        var (cost, source) = usage.ReportedCost is { } reported ? (reported, CostSource.Reported)
            : price is not null ? (price.Parts.Total, CostSource.Catalogue)
            : held is not null ? (held.Reservation.Amount, CostSource.Reservation)
            : (Money.Zero, CostSource.Unpriced);
        var unpricedTokens = source == CostSource.Unpriced ? usage.Tokens.Counts.OfAllClasses : 0;
        var record = Add(new(usage, model, cost, source, Money.Zero, price, unpricedTokens), session, held);
        if (held is not null)
        {
            books.End(held, ReservationStatus.Committed, usage.Now);
        }

        KillWhatExceeds(record, session);
        var reasons = await stops.CarryOutAsync();
        return LedgerAnswers.OfUsage(record, GetSession(usage.SessionId), books, reasons);
    }

    /// <summary>Refuses a stated amount above what the operator allows. Seen here, since a retry under a key is answered as before.</summary>
    private void EnsureAllowed(Money? stated, string member)
    {
        if (stated > bounds.GreatestCost)
        {
            throw new RuleViolationException(
                "validation",
                $"'{JsonNamingPolicy.SnakeCaseLower.ConvertName(member)}' is {stated}, and must be at most {bounds.GreatestCost} dollars: the operator's setting Usage:GreatestCostUsd.",
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
        model.Length > 0 && opening.Prices[session.Policy.OrganisationId].Find(model, at) is { } price && price.CostOf(tokens) is { } parts
            ? new(price.Id, parts)
            : null;

    /// <summary>Prices a usage that waits for it (rule 5: what is recorded stays, and a record is added).</summary>
    private async Task<bool> RepriceAsync(RepriceEntry reprice)
    {
        var session = GetSession(reprice.SessionId);
        if (!opening.Unpriced.TryGetValue(reprice.Sequence, out var waiting)
            || waiting.SessionId != session.Id
            || FindPrice(session, waiting.Model, waiting.OccurredAt, waiting.Tokens) is not { } price)
        {
            return false;
        }

        opening.Unpriced.Remove(reprice.Sequence);
        var before = books.PositionOf(books.BudgetsAt(session, reprice.Now));
        var entry = new UsageEntry(
            Guid.CreateVersion7(reprice.Now),
            session.Id,
            default,
            ReportedCost: null,
            waiting.Model,
            ReservationId: null,
            waiting.OccurredAt,
            Error: null,
            waiting.Billing,
            reprice.Now,
            Idempotency: null);
        Add(
            new(entry, waiting.Model, price.Parts.Total, CostSource.Catalogue, Money.Zero, price, -waiting.Tokens.Counts.OfAllClasses, waiting.Sequence),
            session,
            held: null);
        await KillUnderExhaustedAsync(before, session, reprice.Now);
        return true;
    }

    /// <summary>Kills the sessions under present budgets that a late cost has exhausted, where their teams want that.</summary>
    /// <param name="before">The present budgets before the cost.</param>
    /// <param name="session">The session that the cost is of.</param>
    /// <param name="now">The present (UTC).</param>
    private async Task KillUnderExhaustedAsync(BudgetPosition before, LedgerSession session, DateTimeOffset now)
    {
        var after = books.PositionOf(before.Budgets.Select(budget => budget.Budget));
        var exhausted = after.Budgets.Where((budget, i) => budget.IsExhausted && !before.Budgets[i].IsExhausted)
            .Select(budget => budget.Budget.Window)
            .ToArray();
        if (exhausted.Length == 0)
        {
            return;
        }

        var isShared = exhausted.Any(window => window.Scope == BudgetScope.Organisation);
        foreach (var teamId in isShared ? await store.FindTeamsAsync(session.Policy.OrganisationId) : [session.Policy.TeamId])
        {
            await stops.KillUnderAsync(teamId, exhausted, now);
        }
    }

    /// <summary>The live reservation that a usage names; null when it names none, or one that has ended (rule 7).</summary>
    private LedgerReservation? FindOwnReservation(UsageEntry usage)
    {
        if (usage.ReservationId is not { } id)
        {
            return null;
        }

        return books.FindReservation(id) is { } held && held.Reservation.SessionId == usage.SessionId
            ? held.Reservation.IsLiveAt(usage.Now) ? held : null
            : throw new RuleViolationException("unknown-reservation", $"Session {usage.SessionId} has no reservation {id}.", nameof(UsageEntry.ReservationId));
    }

    private object Reserve(ReserveEntry reserve)
    {
        var session = GetSession(reserve.SessionId);
        if (!session.State.IsActive)
        {
            throw new RuleViolationException("session-ended", $"Session {session.Id} has ended.");
        }

        if (books.FindPauseOf(session, reserve.Now) is { } paused)
        {
            return PausedRefusal.Of(paused);
        }

        var amount = AmountOf(reserve, session);
        var reservation = new Reservation
        {
            Id = reserve.ReservationId,
            SessionId = session.Id,
            OrganisationId = session.Policy.OrganisationId,
            Amount = amount,
            CreatedAt = reserve.Now,
            ExpiresAt = reserve.Now + reserve.Ttl,
        };
        if (BudgetExceededException.OfReservation(books.PositionOf(reservation.BudgetsOf(session.Policy)), amount) is { } refusal)
        {
            return refusal;
        }

        books.Add(reservation, session);
        return ReservationResponse.From(reservation, books.PositionOf(books.BudgetsAt(session, reserve.Now)), reserve.Now);
    }

    private Money AmountOf(ReserveEntry reserve, LedgerSession session)
    {
        var (amount, named, tokens) = reserve.Estimate;
        EnsureAllowed(amount, "EstimatedCostUsd");
        var model = named ?? session.Model ?? "";
        var price = FindPrice(session, model, reserve.Now, new(tokens));
        if (price is null && model.Length > 0 && session.Policy.TeamLimits.UnpricedModels == UnpricedModelRule.Refuse)
        {
            throw StoredPrices.Refused(model);
        }

        return amount ?? price?.Parts.Total
            ?? throw new RuleViolationException("unpriced-model", $"There is no price for the model '{model}': estimate the cost instead.", "Model");
    }

    private object Extend(ExtendEntry extend)
    {
        var held = GetReservation(extend.ReservationId);
        var session = GetSession(held.Reservation.SessionId);
        if (books.FindPauseOf(session, extend.Now) is { } paused)
        {
            return PausedRefusal.Of(paused);
        }

        var extended = held.Reservation.Extend(extend.Ttl, extend.Now);
        var further = extended.BudgetsOf(held.Policy).Where(budget => !held.Windows.Contains(budget.Window));
        if (BudgetExceededException.OfReservation(books.PositionOf(further), extended.Amount) is { } refusal)
        {
            return refusal;
        }

        books.Change(held, extended);
        return ReservationResponse.From(extended, books.PositionOf(books.BudgetsAt(session, extend.Now)), extend.Now);
    }

    private bool Release(ReleaseEntry release)
    {
        var held = GetReservation(release.ReservationId);
        var isLive = held.Reservation.IsLiveAt(release.Now);
        if (isLive)
        {
            books.End(held, ReservationStatus.Released, release.Now);
        }

        return isLive;
    }

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
        books.Tell(Telling.Of(ended, session.Policy.TeamId, end.Now));
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
        var isAbandoned = await stops.AbandonAsync(session, abandon.Now);
        if (isAbandoned)
        {
            watch.NoteAbandoned(session, abandon.Now);
        }

        return isAbandoned;
    }

    private LedgerSession GetSession(long id) => books.FindSession(id) ?? throw new NotFoundException("session", id);

    private LedgerReservation GetReservation(Guid id) => books.FindReservation(id) ?? throw new NotFoundException("reservation", id);
}
