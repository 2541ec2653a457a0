using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// The beginning of a batch: it takes the turn of the organisations concerned, and reads everything that the entries may touch.
/// What they touch only rarely, a kill or a pause, is read when it comes to that.
/// </summary>
internal sealed class LedgerLoader(IReadOnlyList<LedgerEntry> entries, ILedgerWrites store, PriceLists priceLists, UsageBounds bounds)
{
    private LedgerWorkingSet books = null!;

    /// <summary>The price list of each organisation.</summary>
    public Dictionary<Guid, PriceList> Prices { get; } = [];

    /// <summary>The usages that are to be priced, by their sequences.</summary>
    public Dictionary<long, LedgerUnpriced> Unpriced { get; } = [];

    /// <summary>What telemetry corrects of what it reported before.</summary>
    public LedgerAmendments Amendments { get; private set; } = null!;

    /// <summary>What was answered before under the entries' keys.</summary>
    public IReadOnlyDictionary<string, IdempotentAnswer> Answered { get; private set; } = new Dictionary<string, IdempotentAnswer>();

    /// <summary>Whether a usage happened at a time that may still be counted.</summary>
    public static bool MayBeCounted(UsageEntry usage) => UsageRecord.MayHaveOccurredAt(usage.OccurredAt, usage.Now);

    /// <summary>Takes the turn, and opens the books.</summary>
    public async Task<LedgerWorkingSet> ReadAsync()
    {
        var named = entries.Select(ReservationOf).OfType<Guid>().Distinct().ToArray();
        var sessionIds = entries.Select(SessionOf).OfType<long>().ToHashSet();
        if (entries.Any(entry => SessionOf(entry) is null))
        {
            // Whose they are never changes; how they stand is read again once nobody else can change it.
            sessionIds.UnionWith((await store.FindReservationsAsync(named)).Select(held => held.Reservation.SessionId));
        }

        var organisationIds = entries.Select(OrganisationOf).OfType<Guid>().ToHashSet();
        books = new(await store.LockAsync(sessionIds, organisationIds), organisationIds);
        await ReadAncestorsAsync(books, store);
        await ReadReservationsAsync(named);
        await ReadPricesAsync();
        var keys = entries.SelectMany(TokensOf)
            .DistinctBy(token => token.Key, StringComparer.Ordinal)
            .Select(token => token.KeyHash)
            .ToArray();
        if (keys.Length > 0)
        {
            Answered = await store.FindAnswersAsync(keys);
        }

        Amendments = new(entries, Answered, bounds.MaxCost);
        await Amendments.ReadAsync(store);
        await ReadAmendedSessionsAsync();

        await ReadSpendingAsync();
        return books;
    }

    /// <summary>Reads whose the sessions are that those in the books are below: a pause of such an agent reaches down to them.</summary>
    public static async Task ReadAncestorsAsync(LedgerWorkingSet books, ILedgerWrites store)
    {
        var unknown = books.Sessions.SelectMany(session => session.Policy.SessionPath).Where(id => !books.HasAgentOf(id)).ToHashSet();
        foreach (var worker in unknown.Count > 0 ? await store.FindWorkersAsync(unknown) : [])
        {
            books.Know(worker);
        }
    }

    private static IEnumerable<IdempotencyToken> TokensOf(LedgerEntry entry)
    {
        if (entry.Idempotency is { } token)
        {
            yield return token;
        }

        if (entry is UsageEntry { Telemetry: { } facts })
        {
            foreach (var span in facts.SpansAbove.Concat(facts.SpansBelow).Concat(facts.Span is { } own ? [own] : []))
            {
                yield return span;
            }
        }
    }

    private static long? SessionOf(LedgerEntry entry) => entry switch
    {
        UsageEntry usage => usage.SessionId,
        ReserveEntry reserve => reserve.SessionId,
        EndSessionEntry end => end.SessionId,
        KillSessionEntry kill => kill.SessionId,
        AbandonEntry abandon => abandon.SessionId,
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

    private static Guid? OrganisationOf(LedgerEntry entry) => entry switch
    {
        PauseEntry pause => pause.Subject.OrganisationId,
        ResumeEntry resume => resume.Subject.OrganisationId,
        _ => null,
    };

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
            Prices[organisationId] = await priceLists.GetAsync(organisationId, session.OrganisationVersion, store);
        }

        var waiting = entries.OfType<RepriceEntry>().Select(reprice => reprice.Sequence).Distinct().ToArray();
        foreach (var usage in waiting.Length > 0 ? await store.FindUnpricedAsync(waiting) : [])
        {
            Unpriced[usage.Sequence] = usage;
        }
    }

    /// <summary>Reads the sessions of usages that telemetry corrects: of the same agent, so that their organisation is held.</summary>
    private async Task ReadAmendedSessionsAsync()
    {
        var unknown = Amendments.Recorded.Select(recorded => recorded.SessionId).Where(id => books.FindSession(id) is null).ToHashSet();
        if (unknown.Count > 0)
        {
            foreach (var session in (await store.LockAsync(unknown, [])).Values)
            {
                books.Know(session);
            }

            await ReadAncestorsAsync(books, store);
        }
    }

    /// <summary>Reads what the counters say, and gives back what has run out.</summary>
    private async Task ReadSpendingAsync()
    {
        var now = entries.Max(entry => entry.Now);
        var expired = await store.FindExpiredAsync(books.OrganisationIds, now);
        foreach (var held in expired)
        {
            books.Know(held);
        }

        books.Know(await store.SpendingAsync(entries.SelectMany(WindowsOf).Concat(Amendments.Recorded.SelectMany(WindowsOf)).Concat(expired.SelectMany(held => held.Windows)).ToHashSet()));
        foreach (var held in expired)
        {
            books.End(held, ReservationStatus.Expired, now);
        }
    }

    private IEnumerable<BudgetWindow> WindowsOf(LedgerRecorded recorded)
    {
        var session = books.FindSession(recorded.SessionId)!;
        return books.BudgetsAt(session, recorded.OccurredAt).Concat(books.BudgetsAt(session, entries[0].Now)).Select(budget => budget.Window);
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
            RepriceEntry reprice when Unpriced.TryGetValue(reprice.Sequence, out var waiting) => books.BudgetsAt(session, waiting.OccurredAt),
            ReserveEntry reserve => session.Policy.BudgetsDuring(entry.Now, entry.Now + reserve.Ttl),
            ExtendEntry extend => session.Policy.BudgetsDuring(entry.Now, entry.Now + extend.Ttl),
            _ => [],
        };
        var windows = books.BudgetsAt(session, entry.Now).Concat(further).Select(budget => budget.Window).Concat(held?.Windows ?? []);
        return entry is EndSessionEntry ? windows.Concat(books.ReservationsOf(session.Id).SelectMany(live => live.Windows)) : windows;
    }
}
