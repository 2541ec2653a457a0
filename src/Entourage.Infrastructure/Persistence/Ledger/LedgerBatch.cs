using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Application.Events;
using Entourage.Application.Json;
using Entourage.Application.Pricing;
using Entourage.Application.Reservations;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Pricing;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>Entries that share a transaction, taken one after the other. Every rule is the domain's.</summary>
internal sealed class LedgerBatch(IReadOnlyList<LedgerEntry> entries, ILedgerWrites store, PriceLists priceLists)
{
    private readonly Dictionary<string, (IdempotentAnswer Stored, object Response)> answeredHere = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, IdempotentAnswer> answeredBefore = new Dictionary<string, IdempotentAnswer>();
    private readonly Dictionary<Guid, PriceList> prices = [];
    private readonly Dictionary<long, LedgerUnpriced> unpriced = [];
    private LedgerBooks books = null!;
    private LedgerWatch watch = null!;

    /// <summary>Writes the entries, in their order.</summary>
    /// <returns>For each what its caller is told: an answer, or the reason why it alone was not written.</returns>
    public async Task<IReadOnlyList<LedgerOutcome>> WriteAsync()
    {
        await OpenAsync();
        var outcomes = new LedgerOutcome[entries.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = Take(entries[i]);
        }

        await watch.RaiseAsync(store);
        if (books.Close(answeredHere.Values.Select(answer => answer.Stored)) is { } changes)
        {
            await store.SaveAsync(changes);
        }

        return outcomes;
    }

    private static long? SessionOf(LedgerEntry entry) => entry switch
    {
        UsageEntry usage => usage.SessionId,
        ReserveEntry reserve => reserve.SessionId,
        EndSessionEntry end => end.SessionId,
        RepriceEntry reprice => reprice.SessionId,
        _ => null,
    };

    private static Guid? ReservationOf(LedgerEntry entry) => entry switch
    {
        UsageEntry usage => usage.ReservationId,
        ExtendEntry extend => extend.ReservationId,
        ReleaseEntry release => release.ReservationId,
        _ => null,
    };

    private static bool MayBeCounted(UsageEntry usage) => UsageRecord.MayHaveOccurredAt(usage.OccurredAt, usage.Now);

    /// <summary>Takes the turn of the organisations concerned, and reads everything that the entries may touch.</summary>
    private async Task OpenAsync()
    {
        var named = entries.Select(ReservationOf).OfType<Guid>().Distinct().ToArray();
        var sessionIds = entries.Select(SessionOf).OfType<long>().ToHashSet();
        if (entries.Any(entry => SessionOf(entry) is null))
        {
            // Whose they are never changes; how they stand is read again once nobody else can change it.
            sessionIds.UnionWith((await store.FindReservationsAsync(named)).Select(held => held.Reservation.SessionId));
        }

        books = new(await store.HoldAsync(sessionIds));
        watch = new(books);
        await ReadReservationsAsync(named);
        await ReadPricesAsync();
        var keys = entries.Where(entry => entry.Idempotency is not null)
            .DistinctBy(entry => entry.Idempotency!.Key, StringComparer.Ordinal)
            .Select(entry => entry.Idempotency!.KeyHash)
            .ToArray();
        if (keys.Length > 0)
        {
            answeredBefore = await store.FindAnswersAsync(keys);
        }

        var now = entries.Max(entry => entry.Now);
        var expired = await store.FindExpiredAsync(books.OrganisationIds, now);
        foreach (var held in expired)
        {
            books.Know(held);
        }

        books.Know(await store.SpendingAsync(entries.SelectMany(WindowsOf).Concat(expired.SelectMany(held => held.Windows)).ToHashSet()));
        foreach (var held in expired)
        {
            books.End(held, ReservationStatus.Expired, now);
        }
    }

    private async Task ReadReservationsAsync(Guid[] named)
    {
        var found = named.Length > 0 ? await store.FindReservationsAsync(named) : [];
        var ending = entries.OfType<EndSessionEntry>().Select(end => end.SessionId).Distinct().ToArray();
        foreach (var held in ending.Length > 0 ? found.Concat(await store.FindReservationsOfAsync(ending)) : found)
        {
            books.Know(held);
        }
    }

    private async Task ReadPricesAsync()
    {
        foreach (var session in books.Sessions.DistinctBy(session => session.Policy.OrganisationId))
        {
            var organisationId = session.Policy.OrganisationId;
            prices[organisationId] = await priceLists.GetAsync(organisationId, session.OrganisationVersion, store);
        }

        var waiting = entries.OfType<RepriceEntry>().Select(reprice => reprice.Sequence).Distinct().ToArray();
        foreach (var usage in waiting.Length > 0 ? await store.FindUnpricedAsync(waiting) : [])
        {
            unpriced[usage.Sequence] = usage;
        }
    }

    private IEnumerable<BudgetWindow> WindowsOf(LedgerEntry entry)
    {
        var held = ReservationOf(entry) is { } id ? books.FindReservation(id) : null;
        var session = SessionOf(entry) is { } sessionId ? books.FindSession(sessionId)
            : held is not null ? books.FindSession(held.Reservation.SessionId)
            : null;
        if (session is null)
        {
            return [];
        }

        var further = entry switch
        {
            UsageEntry usage when MayBeCounted(usage) => books.BudgetsAt(session, usage.OccurredAt),
            RepriceEntry reprice when unpriced.TryGetValue(reprice.Sequence, out var waiting) => books.BudgetsAt(session, waiting.OccurredAt),
            ReserveEntry reserve => session.Policy.BudgetsDuring(entry.Now, entry.Now + reserve.Ttl),
            ExtendEntry extend => session.Policy.BudgetsDuring(entry.Now, entry.Now + extend.Ttl),
            _ => [],
        };
        var windows = books.BudgetsAt(session, entry.Now).Concat(further).Select(budget => budget.Window).Concat(held?.Windows ?? []);
        return entry is EndSessionEntry ? windows.Concat(books.ReservationsOf(session.Id).SelectMany(live => live.Windows)) : windows;
    }

    private LedgerOutcome Take(LedgerEntry entry)
    {
        try
        {
            if (FindEarlier(entry) is { } earlier)
            {
                return LedgerOutcome.Of(earlier, replayed: true);
            }

            var response = Apply(entry);
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

        if (answeredHere.TryGetValue(token.Key, out var here))
        {
            token.EnsureSameRequest(here.Stored.RequestHash);
            return here.Response;
        }

        if (answeredBefore.TryGetValue(token.Key, out var before))
        {
            token.EnsureSameRequest(before.RequestHash);
            return JsonSerializer.Deserialize(before.Response, entry.AnswerType, EntourageJson.Stored);
        }

        return null;
    }

    private void Keep(LedgerEntry entry, object response)
    {
        if (entry.Idempotency is { } token)
        {
            var stored = new IdempotentAnswer(
                token.KeyHash, token.RequestHash, JsonSerializer.Serialize(response, entry.AnswerType, EntourageJson.Stored), entry.Now);
            answeredHere.Add(token.Key, (stored, response));
        }
    }

    /// <summary>Applies an entry to the books.</summary>
    /// <returns>The answer, or a refusal that is too common to be thrown.</returns>
    private object Apply(LedgerEntry entry) => entry switch
    {
        UsageEntry usage => Record(usage),
        ReserveEntry reserve => Reserve(reserve),
        ExtendEntry extend => Extend(extend),
        ReleaseEntry release => Release(release),
        EndSessionEntry end => End(end),
        RepriceEntry reprice => Reprice(reprice),
        _ => throw new InvalidOperationException($"The ledger takes no {entry.GetType()}."),
    };

    private UsageResponse Record(UsageEntry usage)
    {
        var session = GetSession(usage.SessionId);
        if (!MayBeCounted(usage))
        {
            throw new RuleViolationException(
                "validation",
                $"'occurred_at' must be at most {UsageRecord.LatestAhead.TotalMinutes} minutes ahead and {UsageRecord.OldestBack.TotalDays} days back.",
                nameof(UsageEntry.OccurredAt));
        }

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

        return LedgerAnswers.OfUsage(record, GetSession(usage.SessionId), books);
    }

    /// <summary>Adds a record to the books, with the part of its cost that nothing had granted.</summary>
    private LedgerRecord Add(LedgerRecord record, LedgerSession session, LedgerReservation? held)
    {
        var budgets = books.BudgetsAt(session, record.Entry.OccurredAt);
        var before = books.PositionOf(budgets);
        record = record with { Overrun = before.OverrunOf(record.Sum.Cost, held?.Reservation.Amount, held?.Windows ?? []) };
        books.Add(record, session, budgets);
        watch.Look(record, before);
        return record;
    }

    private LedgerPrice? FindPrice(LedgerSession session, string model, DateTimeOffset at, BilledTokens tokens) =>
        model.Length > 0 && prices[session.Policy.OrganisationId].Find(model, at) is { } price && price.CostOf(tokens) is { } parts
            ? new(price.Id, parts)
            : null;

    /// <summary>Prices a usage that waits for it (rule 5: what is recorded stays, and a record is added).</summary>
    private bool Reprice(RepriceEntry reprice)
    {
        var session = GetSession(reprice.SessionId);
        if (!unpriced.TryGetValue(reprice.Sequence, out var waiting)
            || waiting.SessionId != session.Id
            || FindPrice(session, waiting.Model, waiting.OccurredAt, waiting.Tokens) is not { } price)
        {
            return false;
        }

        unpriced.Remove(reprice.Sequence);
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
        return true;
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
        return ReservationResponse.From(reservation, books.PositionOf(books.BudgetsAt(session, reserve.Now)));
    }

    private Money AmountOf(ReserveEntry reserve, LedgerSession session)
    {
        var (amount, named, tokens) = reserve.Estimate;
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
        var extended = held.Reservation.Extend(extend.Ttl, extend.Now);
        var further = extended.BudgetsOf(held.Policy).Where(budget => !held.Windows.Contains(budget.Window));
        if (BudgetExceededException.OfReservation(books.PositionOf(further), extended.Amount) is { } refusal)
        {
            return refusal;
        }

        books.Change(held, extended);
        return ReservationResponse.From(extended, books.PositionOf(books.BudgetsAt(session, extend.Now)));
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

    private LedgerSession GetSession(long id) => books.FindSession(id) ?? throw new NotFoundException("session", id);

    private LedgerReservation GetReservation(Guid id) => books.FindReservation(id) ?? throw new NotFoundException("reservation", id);
}
