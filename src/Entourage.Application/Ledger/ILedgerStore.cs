using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Prices;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>Reads the rows that a budget check depends on.</summary>
internal interface ILedgerReader
{
    /// <summary>An agent with its caps, pauses and newest active session; null when there is no such agent.</summary>
    /// <param name="subject">
    /// The agent, and the session whose team's caps apply. The newest active session is that of the task's team, if the task is named. Without a session, the
    /// caps of the agent's own team apply.
    /// </param>
    /// <param name="killedSince">The earliest kill of its newest session to report (UTC).</param>
    Task<LedgerAgent?> FindAsync(BudgetSubject subject, DateTimeOffset killedSince);

    /// <summary>The agents of sessions, with their pauses.</summary>
    Task<IReadOnlyList<SessionAgent>> FindAgentsAsync(IReadOnlyCollection<long> sessionIds);

    /// <summary>The budget rules of an organisation.</summary>
    Task<IReadOnlyList<BudgetRule>> FindRulesAsync(Guid organisationId);

    /// <summary>The cap of a task; null when the team has no such task.</summary>
    Task<TaskCap?> FindTaskAsync(long taskId, Guid teamId);

    /// <summary>The counters of windows. A window without a counter is missing from the result.</summary>
    Task<IReadOnlyDictionary<BudgetWindow, Spending>> SpendingAsync(IReadOnlySet<BudgetWindow> windows);

    /// <summary>The reservations of organisations that have expired but are still counted.</summary>
    Task<IReadOnlyList<LedgerReservation>> FindExpiredAsync(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now);
}

/// <summary>The port of the ledger's decisions to the store, within one transaction that can write.</summary>
internal interface ILedgerStore : ILedgerReader, ISessionStartStore
{
    /// <summary>Reads what entries will probably need, in one round trip if the store is remote, so that the reads below take none.</summary>
    Task ReadAheadAsync(IReadOnlyList<LedgerEntry> entries) => Task.CompletedTask;

    /// <summary>Reads sessions, and locks their organisations and the further ones until the transaction ends.</summary>
    Task<IReadOnlyDictionary<long, LedgerSession>> LockAsync(IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds);

    /// <summary>The active sessions of a team or an organisation.</summary>
    Task<IReadOnlyList<LedgerSession>> FindActiveAsync(PauseScope scope, Guid id);

    /// <summary>The pause of an agent, a team or an organisation, in force or not.</summary>
    Task<Pause?> FindPauseAsync(PauseScope scope, Guid id);

    /// <summary>The teams of an organisation.</summary>
    Task<IReadOnlyList<Guid>> FindTeamsAsync(Guid organisationId);

    /// <summary>The team of an agent, and the teams in which it was before.</summary>
    Task<IReadOnlyList<Guid>> FindTeamsOfAgentAsync(Guid agentId);

    /// <summary>Reservations by their ids. Unknown ids are missing from the result.</summary>
    Task<IReadOnlyList<LedgerReservation>> FindReservationsAsync(IReadOnlyCollection<Guid> ids);

    /// <summary>The reservations of sessions that have not ended.</summary>
    Task<IReadOnlyList<LedgerReservation>> FindReservationsOfAsync(IReadOnlyCollection<long> sessionIds);

    /// <summary>The id of the newest price that all organisations share; null for none.</summary>
    Task<long?> FindNewestSharedPriceAsync();

    /// <summary>The prices of one organisation, or those that all organisations share.</summary>
    /// <param name="organisationId">The organisation; null for the shared prices.</param>
    Task<IReadOnlyList<ModelPrice>> FindPricesAsync(Guid? organisationId);

    /// <summary>Records that wait for a price, by their sequences. Others are missing from the result.</summary>
    Task<IReadOnlyList<UnpricedRecord>> FindUnpricedAsync(IReadOnlyCollection<long> sequences);

    /// <summary>A recorded usage of a session with its corrections; null for none. Fast for the newest usages.</summary>
    Task<RecordedUsage?> FindRecordedAsync(long sessionId, Guid recordId);

    /// <summary>The stored responses under keys, by the hexadecimal text of the key's hash.</summary>
    Task<IReadOnlyDictionary<string, IdempotentAnswer>> FindAnswersAsync(IReadOnlyCollection<byte[]> keyHashes);

    /// <summary>The given keys for which an alert exists.</summary>
    Task<IReadOnlySet<AlertKey>> FindAlertsAsync(IReadOnlyCollection<AlertKey> keys);

    /// <summary>The cost of an agent's sessions in a range of quarter hours (USD), imputed costs included, from the stored rollups.</summary>
    /// <param name="teamId">The team of the agent.</param>
    /// <param name="agentId">The agent.</param>
    /// <param name="from">The first quarter (UTC).</param>
    /// <param name="until">The end of the range, exclusive (UTC).</param>
    Task<MoneyTotal> CostInAsync(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until);

    /// <summary>Some rollups of an organisation whose totals are not all in the cost summaries. Their labels are not read.</summary>
    Task<IReadOnlyList<UnsummarisedRollup>> FindUnsummarisedAsync(Guid organisationId);

    /// <summary>The labels of stored sets.</summary>
    Task<IReadOnlyList<StoredLabel>> FindLabelsAsync(IReadOnlyCollection<LabelSetKey> sets);

    /// <summary>Adds to cost summaries, and marks rollups as summarised.</summary>
    Task SummariseAsync(IReadOnlyDictionary<CostSummaryKey, UsageSum> sums, IReadOnlyCollection<UsageRollupKey> rollups);

    /// <summary>Saves the changes of a transaction.</summary>
    /// <exception cref="LedgerConflictException">A row has changed since it was read.</exception>
    Task SaveAsync(LedgerChanges changes);
}

/// <summary>
/// A row has changed since the transaction read it. The organisation's lock prevents this, unless the database does not isolate writers as it should.
/// The transaction is rerun, so no budget is oversold.
/// </summary>
internal sealed class LedgerConflictException() : Exception("The ledger was changed by another transaction at the same time.");
