using Entourage.Application.Ledger;
using Entourage.Domain.Agents;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Keys;
using Entourage.Domain.Labels;
using Entourage.Domain.Organisations;
using Entourage.Domain.Otlp;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using Entourage.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Abstractions;

/// <summary>The store as handlers use it. Only <see cref="IBudgetLedger"/> writes usage and counters.</summary>
public interface IEntourageDb
{
    /// <summary>Organisations, the tenants.</summary>
    DbSet<Organisation> Organisations { get; }

    /// <summary>Teams of organisations.</summary>
    DbSet<Team> Teams { get; }

    /// <summary>Agents of teams.</summary>
    DbSet<Agent> Agents { get; }

    /// <summary>Tasks of teams.</summary>
    DbSet<WorkTask> Tasks { get; }

    /// <summary>Which task depends on which.</summary>
    DbSet<TaskDependency> TaskDependencies { get; }

    /// <summary>Sessions of agents.</summary>
    DbSet<Session> Sessions { get; }

    /// <summary>One-time tokens to start a session below another agent's session.</summary>
    DbSet<ChildToken> ChildTokens { get; }

    /// <summary>Usage that is not compacted yet.</summary>
    DbSet<UsageRecord> UsageRecords { get; }

    /// <summary>The sums of compacted usage records.</summary>
    DbSet<CompactedUsage> CompactedUsages { get; }

    /// <summary>Usage by session, model and quarter of an hour.</summary>
    DbSet<UsageRollup> UsageRollups { get; }

    /// <summary>Usage by day and heading, for reports.</summary>
    DbSet<CostSummary> CostSummaries { get; }

    /// <summary>The labels of the sets that sessions and usages have.</summary>
    DbSet<LabelSetMember> LabelSets { get; }

    /// <summary>Budgets that are resources of their own.</summary>
    DbSet<BudgetRule> BudgetRules { get; }

    /// <summary>Spent and reserved amounts of each budget window.</summary>
    DbSet<BudgetCounter> BudgetCounters { get; }

    /// <summary>Live reservations, and ended ones for a while.</summary>
    DbSet<Reservation> Reservations { get; }

    /// <summary>Current, past and future prices.</summary>
    DbSet<ModelPrice> Prices { get; }

    /// <summary>Questions and requests for money that agents put to people.</summary>
    DbSet<HumanRequest> HumanRequests { get; }

    /// <summary>Stored team events. Lock the organisation before you add one; see <see cref="TeamEvent"/>.</summary>
    DbSet<TeamEvent> Events { get; }

    /// <summary>Subscribers to team events.</summary>
    DbSet<Webhook> Webhooks { get; }

    /// <summary>Messages to webhooks.</summary>
    DbSet<WebhookDelivery> WebhookDeliveries { get; }

    /// <summary>Alerts of teams.</summary>
    DbSet<Alert> Alerts { get; }

    /// <summary>The audit trail. Rows are only ever added.</summary>
    DbSet<AuditEntry> AuditEntries { get; }

    /// <summary>The session in which each telemetry source's own session is recorded.</summary>
    DbSet<SourceSession> SourceSessions { get; }

    /// <summary>How far the telemetry of each process has been counted.</summary>
    DbSet<SourceProcess> SourceProcesses { get; }

    /// <summary>Stored answers to requests with an idempotency key.</summary>
    DbSet<IdempotentAnswer> IdempotentAnswers { get; }

    /// <summary>API keys, valid and revoked.</summary>
    DbSet<ApiKey> ApiKeys { get; }

    /// <summary>The number of key revocations so far: one row.</summary>
    DbSet<KeyRevision> KeyRevisions { get; }

    /// <summary>Saves all changes.</summary>
    /// <param name="cancellationToken">Cancels the save before it commits.</param>
    /// <returns>The number of rows written.</returns>
    /// <exception cref="Errors.DuplicateException">A unique index refused a row.</exception>
    Task<int> SaveChangesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs work in one write transaction, which commits as a whole or not at all. After a conflict or a transient fault the work runs again from the
    /// start, so it must have no effect outside the store.
    /// </summary>
    /// <exception cref="Errors.StoreUnavailableException">Every attempt failed.</exception>
    Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// Locks an organisation until the transaction ends, as every ledger transaction does. Lock it before you add an event, too. Otherwise an event
    /// that commits late could have a lower sequence than one that readers have already passed. It does not matter whether the organisation exists.
    /// </summary>
    /// <param name="organisationId">The organisation. Lock several in the order of their ids.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="InvalidOperationException">No transaction is in progress.</exception>
    Task LockOrganisationAsync(Guid organisationId, CancellationToken cancellationToken);

    /// <summary>Runs read-only work in one transaction that sees a single moment of the store. Writers do not wait for it, nor it for them.</summary>
    /// <exception cref="Errors.StoreUnavailableException">The store could not be read.</exception>
    Task<T> InSnapshotAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);
}
