using Entourage.Application.Ledger;
using Entourage.Domain.Agents;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Keys;
using Entourage.Domain.Organisations;
using Entourage.Domain.Otlp;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using Entourage.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Abstractions;

/// <summary>The store, as handlers see it. Usage and counters are written by <see cref="IBudgetLedger"/> alone.</summary>
public interface IEntourageDb
{
    /// <summary>The tenants.</summary>
    DbSet<Organisation> Organisations { get; }

    /// <summary>Their teams.</summary>
    DbSet<Team> Teams { get; }

    /// <summary>Their agents.</summary>
    DbSet<Agent> Agents { get; }

    /// <summary>The tasks of teams.</summary>
    DbSet<WorkTask> Tasks { get; }

    /// <summary>Which task waits for which.</summary>
    DbSet<TaskDependency> TaskDependencies { get; }

    /// <summary>The sessions of agents.</summary>
    DbSet<Session> Sessions { get; }

    /// <summary>One-time permissions to start a session below another agent's.</summary>
    DbSet<ChildToken> ChildTokens { get; }

    /// <summary>Every usage ever reported.</summary>
    DbSet<UsageRecord> UsageRecords { get; }

    /// <summary>What usages came to that are too old to be kept.</summary>
    DbSet<CompactedUsage> CompactedUsages { get; }

    /// <summary>Usage by session, model and quarter of an hour.</summary>
    DbSet<UsageRollup> UsageRollups { get; }

    /// <summary>Usage by day and heading, for reports.</summary>
    DbSet<CostSummary> CostSummaries { get; }

    /// <summary>What has been spent and reserved in each budget window.</summary>
    DbSet<BudgetCounter> BudgetCounters { get; }

    /// <summary>Money set aside, and what was, for a while.</summary>
    DbSet<Reservation> Reservations { get; }

    /// <summary>What models cost, and did.</summary>
    DbSet<ModelPrice> Prices { get; }

    /// <summary>What agents asked of people.</summary>
    DbSet<HumanRequest> HumanRequests { get; }

    /// <summary>What watchers of teams are told. Whoever adds one holds the organisation first; see <see cref="TeamEvent"/>.</summary>
    DbSet<TeamEvent> Events { get; }

    /// <summary>Addresses that are told of teams' events.</summary>
    DbSet<Webhook> Webhooks { get; }

    /// <summary>Messages to them.</summary>
    DbSet<WebhookDelivery> WebhookDeliveries { get; }

    /// <summary>What people should look at.</summary>
    DbSet<Alert> Alerts { get; }

    /// <summary>Who changed what. Rows are added, and neither changed nor removed.</summary>
    DbSet<AuditEntry> AuditEntries { get; }

    /// <summary>Which session the sessions of programs that send telemetry are recorded in.</summary>
    DbSet<SourceSession> SourceSessions { get; }

    /// <summary>What has been counted of such programs.</summary>
    DbSet<SourceProcess> SourceProcesses { get; }

    /// <summary>Answers given under an idempotency key.</summary>
    DbSet<IdempotentAnswer> IdempotentAnswers { get; }

    /// <summary>What callers show to be let in.</summary>
    DbSet<ApiKey> ApiKeys { get; }

    /// <summary>How often keys were revoked: one row.</summary>
    DbSet<KeyRevision> KeyRevisions { get; }

    /// <summary>Writes what changed.</summary>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>The number of rows written.</returns>
    /// <exception cref="Errors.DuplicateException">A unique index refused a row.</exception>
    Task<int> SaveChangesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs work in one transaction that can write: all of it is committed, or none. Work that lost against another writer,
    /// or met a passing fault, is run again from the start, so it must have no effect outside the store.
    /// </summary>
    /// <exception cref="Errors.StoreUnavailableException">It lost again and again.</exception>
    Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// Runs work that reads only, and sees all of the store as it is at one moment. On SQL Server, writers wait meanwhile.
    /// </summary>
    Task<T> InSnapshotAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);
}
