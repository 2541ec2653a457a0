using Entourage.Application.Ledger;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Ledger;

/// <summary>What is recorded stays; it is corrected by records that follow (rule 5).</summary>
internal sealed partial class LedgerBatch
{
    // A record is corrected once; a transaction has not read what it adds itself.
    private readonly HashSet<long> correctedHere = [];

    /// <summary>Corrects what was recorded of a call before, where telemetry states its cost now or says what spans it is in.</summary>
    private async Task ReviseAsync(LedgerEntry entry, object earlier)
    {
        if (entry is not UsageEntry { Telemetry: not null } usage || earlier is not UsageResponse before)
        {
            return;
        }

        if (opening.Amendments.Amend(usage, before) is { } correction)
        {
            await AddCorrectionAsync(correction);
        }

        opening.Amendments.Remember(usage, before.Id, before.UsageId);
        await CoverAsync(usage);
    }

    /// <summary>Takes back what spans counted that sum up others.</summary>
    private async Task CoverAsync(UsageEntry usage)
    {
        foreach (var correction in opening.Amendments.Cover(usage))
        {
            await AddCorrectionAsync(correction);
        }
    }

    private async Task AddCorrectionAsync(LedgerRecord correction)
    {
        if (correction.Corrects is { } sequence && !correctedHere.Add(sequence))
        {
            return;
        }

        var (session, now) = (GetSession(correction.Entry.SessionId), correction.Entry.Now);
        var before = books.PositionOf(books.BudgetsAt(session, now));
        Add(correction, session, held: null);
        await KillUnderExhaustedAsync(before, session, now);
    }

    /// <summary>
    /// Prices a usage that waits for it (rule 5: what is recorded stays, and a record is added). Of an assumed cost the record takes off what was too
    /// much, or adds what was missing.
    /// </summary>
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
        if (!correctedHere.Add(reprice.Sequence))
        {
            return false;
        }

        var before = books.PositionOf(books.BudgetsAt(session, reprice.Now));
        var entry = UsageEntry.OfCorrection(session.Id, default, waiting.Model, waiting.OccurredAt, waiting.Billing, reprice.Now);
        Add(
            new(entry, waiting.Model, price.Parts.Total - waiting.Cost, CostSource.Catalogue, Money.Zero, price, -waiting.UnpricedTokens, waiting.Sequence)
            {
                AssumedCost = Money.Zero - waiting.AssumedCost,
            },
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
}
