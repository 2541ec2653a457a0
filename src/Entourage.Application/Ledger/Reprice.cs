using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>
/// Prices a usage that was recorded without a price. The record stays, and a further record adds the cost, or the difference from an assumed cost
/// (rule 5). The response says whether a correction was added. None is added if the usage has been corrected or its model still has no price.
/// </summary>
/// <param name="SessionId">The session of the usage.</param>
/// <param name="Sequence">The sequence of its record.</param>
/// <param name="Now">The current time (UTC).</param>
public sealed record RepriceEntry(long SessionId, long Sequence, DateTimeOffset Now) : LedgerEntry<bool>(Now, null)
{
    internal override LedgerEntryKind Kind => LedgerEntryKind.Reprice;

    internal override long? NamedSession => SessionId;

    internal override long? NamedRecord => Sequence;

    internal override IReadOnlyList<Budget> FurtherBudgets(LedgerSession session, LedgerWorkingSet workingSet) =>
        workingSet.FindUnpriced(Sequence) is { } waiting
            ? [.. session.Policy.ForCall(waiting.Model, waiting.Labels).BudgetsAt(waiting.OccurredAt), .. session.Policy.ForCall(waiting.Model, waiting.Labels).BudgetsAt(Now)]
            : [];

    internal override async ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        var session = ledger.GetSession(SessionId);
        if (ledger.WorkingSet.FindUnpriced(Sequence) is not { } waiting
            || waiting.SessionId != session.Id
            || ledger.WorkingSet.FindPrice(session, waiting.Model, waiting.OccurredAt, waiting.Tokens) is not { } price)
        {
            return LedgerOutcome.Accepted(false);
        }

        var entry = UsageEntry.OfCorrection(session.Id, default, waiting.Model, waiting.Labels, waiting.OccurredAt, waiting.Billing, Now);
        var correction = new LedgerRecord(
            entry, waiting.Model, price.Parts.Total - waiting.Cost, CostSource.Catalogue, Overrun: Money.Zero, price, -waiting.UnpricedTokens, Sequence)
        {
            AssumedCost = Money.Zero - waiting.AssumedCost,
        };
        return LedgerOutcome.Accepted(await ledger.CorrectAsync(correction));
    }
}
