using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Prices;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>The ledger's reads.</summary>
internal interface ILedgerReads
{
    /// <summary>Whose budgets some work falls under; null when there is no such agent.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="killedSince">From when on a kill of its newest session is told.</param>
    Task<LedgerSubject?> FindAsync(Guid agentId, DateTimeOffset killedSince);

    /// <summary>Whose sessions are, and whether these agents are paused.</summary>
    Task<IReadOnlyList<LedgerWorker>> FindWorkersAsync(IReadOnlyCollection<long> sessionIds);

    /// <summary>A task of a team as budgets see it; null when the team has none such.</summary>
    Task<TaskCap?> FindTaskAsync(long taskId, Guid teamId);

    /// <summary>What the counters of windows say; a window without a counter is left out.</summary>
    Task<IReadOnlyDictionary<BudgetWindow, Spending>> SpendingAsync(IReadOnlySet<BudgetWindow> windows);

    /// <summary>The reservations of organisations that have run out by an instant, and that the counters count still.</summary>
    Task<IReadOnlyList<LedgerReservation>> FindExpiredAsync(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now);
}

/// <summary>The ledger's writes.</summary>
internal interface ILedgerWrites : ILedgerReads
{
    /// <summary>Waits until no other transaction counts for the sessions' organisations and some others, and reads the sessions.</summary>
    Task<IReadOnlyDictionary<long, LedgerSession>> LockAsync(IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds);

    /// <summary>The active sessions of a team or an organisation.</summary>
    Task<IReadOnlyList<LedgerSession>> FindActiveAsync(PauseScope scope, Guid id);

    /// <summary>The pause of an agent, a team or an organisation, in force or not.</summary>
    Task<Pause?> FindPauseAsync(PauseScope scope, Guid id);

    /// <summary>The teams of an organisation.</summary>
    Task<IReadOnlyList<Guid>> FindTeamsAsync(Guid organisationId);

    /// <summary>Reservations by their ids; those that there are.</summary>
    Task<IReadOnlyList<LedgerReservation>> FindReservationsAsync(IReadOnlyCollection<Guid> ids);

    /// <summary>The reservations of sessions that have not ended.</summary>
    Task<IReadOnlyList<LedgerReservation>> FindReservationsOfAsync(IReadOnlyCollection<long> sessionIds);

    /// <summary>The number of the newest price that all organisations share; null when there is none.</summary>
    Task<long?> FindNewestSharedPriceAsync();

    /// <summary>The prices of one organisation alone, or those that all share.</summary>
    /// <param name="organisationId">The organisation; null for the shared prices.</param>
    Task<IReadOnlyList<ModelPrice>> FindPricesAsync(Guid? organisationId);

    /// <summary>Usages that wait for a price, by their sequences; those that do.</summary>
    Task<IReadOnlyList<LedgerUnpriced>> FindUnpricedAsync(IReadOnlyCollection<long> sequences);

    /// <summary>A usage of a session, with what corrected it since; null when there is none. Quick for the newest ones.</summary>
    Task<LedgerRecorded?> FindRecordedAsync(long sessionId, Guid recordId);

    /// <summary>The stored answers under keys, by the hexadecimal text of the key's hash.</summary>
    Task<IReadOnlyDictionary<string, IdempotentAnswer>> FindAnswersAsync(IReadOnlyCollection<byte[]> keyHashes);

    /// <summary>Those alerts that there are already.</summary>
    Task<IReadOnlySet<AlertKey>> FindAlertsAsync(IReadOnlyCollection<AlertKey> keys);

    /// <summary>What an agent's sessions cost in quarters of an hour (USD), imputed costs included, by the rollups that are stored.</summary>
    /// <param name="teamId">The team of the agent.</param>
    /// <param name="agentId">The agent.</param>
    /// <param name="from">The first quarter (UTC).</param>
    /// <param name="until">The end, which is not part of it (UTC).</param>
    Task<MoneyTotal> CostInAsync(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until);

    /// <summary>Whether a session has a usage record of an id. Slow, and asked only after a connection was lost.</summary>
    Task<bool> IsRecordedAsync(long sessionId, Guid recordId);

    /// <summary>Rollups of an organisation that the cost summaries lack something of: one piece of them.</summary>
    Task<IReadOnlyList<LedgerUnsummarised>> FindUnsummarisedAsync(Guid organisationId);

    /// <summary>Adds to cost summaries, and notes that they hold all of some rollups.</summary>
    Task SummariseAsync(IReadOnlyDictionary<CostSummaryKey, UsageSum> sums, IReadOnlyCollection<LedgerBucket> rollups);

    /// <summary>Writes what a batch came to.</summary>
    /// <exception cref="LedgerConflictException">A row is not as it was read.</exception>
    Task SaveAsync(LedgerChanges changes);
}

/// <summary>
/// A row has changed since the transaction read it. Transactions of one organisation exclude each other, so this happens only on a store that does not
/// isolate writers as it should. The transaction is run again, and no budget is oversold.
/// </summary>
internal sealed class LedgerConflictException() : Exception("The ledger was changed by another transaction at the same time.");
