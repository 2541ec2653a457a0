using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Access;
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
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Entourage.Infrastructure.Persistence;

/// <summary>The EF Core context of the store, with a subclass for each database.</summary>
/// <param name="options">The connection options.</param>
public abstract class EntourageDb(DbContextOptions options) : DbContext(options), IEntourageDb
{
    /// <summary>The length of columns that hold the name of an enum value.</summary>
    internal const int NameLength = 20;

    // An attempt fails only when another writer has committed, so some writer always makes progress.
    private const int MaxAttempts = 10;

    /// <summary>The teams for which the ledger has written events in this context's transactions.</summary>
    internal HashSet<Guid> TeamsWithLedgerEvents { get; } = [];

    /// <inheritdoc/>
    public DbSet<Organisation> Organisations => Set<Organisation>();

    /// <inheritdoc/>
    public DbSet<Team> Teams => Set<Team>();

    /// <inheritdoc/>
    public DbSet<Agent> Agents => Set<Agent>();

    /// <inheritdoc/>
    public DbSet<WorkTask> Tasks => Set<WorkTask>();

    /// <inheritdoc/>
    public DbSet<TaskDependency> TaskDependencies => Set<TaskDependency>();

    /// <inheritdoc/>
    public DbSet<Session> Sessions => Set<Session>();

    /// <inheritdoc/>
    public DbSet<UsageRecord> UsageRecords => Set<UsageRecord>();

    /// <inheritdoc/>
    public DbSet<CompactedUsage> CompactedUsages => Set<CompactedUsage>();

    /// <inheritdoc/>
    public DbSet<UsageRollup> UsageRollups => Set<UsageRollup>();

    /// <inheritdoc/>
    public DbSet<CostSummary> CostSummaries => Set<CostSummary>();

    /// <inheritdoc/>
    public DbSet<LabelSetMember> LabelSets => Set<LabelSetMember>();

    /// <inheritdoc/>
    public DbSet<BudgetRule> BudgetRules => Set<BudgetRule>();

    /// <inheritdoc/>
    public DbSet<BudgetCounter> BudgetCounters => Set<BudgetCounter>();

    /// <inheritdoc/>
    public DbSet<Reservation> Reservations => Set<Reservation>();

    /// <inheritdoc/>
    public DbSet<ModelPrice> Prices => Set<ModelPrice>();

    /// <inheritdoc/>
    public DbSet<HumanRequest> HumanRequests => Set<HumanRequest>();

    /// <inheritdoc/>
    public DbSet<TeamEvent> Events => Set<TeamEvent>();

    /// <inheritdoc/>
    public DbSet<Webhook> Webhooks => Set<Webhook>();

    /// <inheritdoc/>
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    /// <inheritdoc/>
    public DbSet<Alert> Alerts => Set<Alert>();

    /// <inheritdoc/>
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    /// <inheritdoc/>
    public DbSet<SourceSession> SourceSessions => Set<SourceSession>();

    /// <inheritdoc/>
    public DbSet<SourceProcess> SourceProcesses => Set<SourceProcess>();

    /// <inheritdoc/>
    public DbSet<ChildToken> ChildTokens => Set<ChildToken>();

    /// <inheritdoc/>
    public DbSet<IdempotentAnswer> IdempotentAnswers => Set<IdempotentAnswer>();

    /// <inheritdoc/>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <inheritdoc/>
    public DbSet<KeyRevision> KeyRevisions => Set<KeyRevision>();

    /// <inheritdoc/>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        catch (DbUpdateException exception) when (exception is not DbUpdateConcurrencyException && IsDuplicate(exception.InnerException))
        {
            throw new DuplicateException(exception);
        }
    }

    /// <inheritdoc/>
    public virtual async Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunAsync(work, cancellationToken);
            }
            catch (Exception exception) when (exception is DbUpdateConcurrencyException or LedgerConflictException)
            {
                // Another writer committed first. Run the work again on the current data.
                if (attempt == MaxAttempts)
                {
                    throw new StoreUnavailableException(
                        "Too many requests change the same data at once. Nothing was recorded. Send the request again later.", exception);
                }
            }
        }
    }

    /// <inheritdoc/>
    public abstract Task<T> InSnapshotAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task LockOrganisationAsync(Guid organisationId, CancellationToken cancellationToken);

    /// <summary>Runs work in one write transaction, and again after faults that permit this.</summary>
    protected abstract Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Begins one attempt of a transaction.</summary>
    /// <param name="begin">Begins the transaction.</param>
    /// <param name="cancellationToken">Cancels the begin.</param>
    protected async Task<Attempt> BeginAsync(Func<CancellationToken, Task<IDbContextTransaction>> begin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(begin);

        // Forget the entities that a failed attempt tracked.
        ChangeTracker.Clear();
        try
        {
            return new(this, await begin(cancellationToken));
        }
        catch
        {
            await ForgetConnectionAsync();
            throw;
        }
    }

    /// <summary>Whether the fault is a violation of a unique index.</summary>
    protected abstract bool IsDuplicate(Exception? fault);

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(EntourageDb).Assembly);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        configurationBuilder.Properties<Money>().HaveConversion<MoneyConverter>();
        configurationBuilder.Properties<AlertThresholds>().HaveConversion<AlertThresholdsConverter>();
        configurationBuilder.Properties<LabelSet>().HaveConversion<LabelSetConverter>().HaveMaxLength(LabelSet.TextLength);
        configurationBuilder.Properties<ModelFallbacks>().HaveConversion<ModelFallbacksConverter>();
        configurationBuilder.Properties<DateOnly>().HaveConversion<DayConverter>();

        // Part of a key or of every usage record, so stored as small numbers, whose meaning never changes.
        configurationBuilder.Properties<BudgetScope>().HaveConversion<byte>();
        configurationBuilder.Properties<BudgetPeriod>().HaveConversion<byte>();
        configurationBuilder.Properties<ReservationStatus>().HaveConversion<byte>();
        configurationBuilder.Properties<CostSource>().HaveConversion<byte>();
        configurationBuilder.Properties<CostHeading>().HaveConversion<byte>();
        configurationBuilder.Properties<Billing>().HaveConversion<byte>();
        configurationBuilder.Properties<EventKind>().HaveConversion<byte>();
        configurationBuilder.Properties<DeliveryStatus>().HaveConversion<byte>();

        // Zero is the behaviour of teams that were created before the setting existed.
        configurationBuilder.Properties<OnExceed>().HaveConversion<byte>();

        // Stored as names, for people who read the database.
        Name<AgentRole>();
        Name<AlertKind>();
        Name<AlertStatus>();
        Name<CallerRole>();
        Name<DigestPeriod>();
        Name<Enforcement>();
        Name<HumanRequestKind>();
        Name<HumanRequestStatus>();
        Name<RunawayAction>();
        Name<SessionStatus>();
        Name<TaskPriority>();
        Name<TaskType>();
        Name<UnpricedModelRule>();
        Name<WebhookFormat>();
        Name<WorkTaskStatus>();

        void Name<T>()
            where T : struct, Enum => configurationBuilder.Properties<T>().HaveConversion<string>().HaveMaxLength(NameLength).AreUnicode(false);
    }

    /// <summary>The error of a lock outside a transaction, which would be released at once.</summary>
    protected static InvalidOperationException NoTransaction() => new("Lock an organisation inside InTransactionAsync.");

    /// <summary>Makes Entity Framework forget a broken transaction and its connection, so that the next attempt begins anew.</summary>
    private async Task ForgetConnectionAsync()
    {
        try
        {
            await Database.UseTransactionAsync(null);
            await Database.CloseConnectionAsync();
        }
        catch (Exception)
        {
            // It is closed already, and the fault that closed it says more.
        }
    }

    /// <summary>One attempt of a transaction. Disposing rolls it back unless it was committed. It never throws, which would hide the real fault.</summary>
    /// <param name="db">The context.</param>
    /// <param name="transaction">The transaction.</param>
    protected sealed class Attempt(EntourageDb db, IDbContextTransaction transaction) : IAsyncDisposable
    {
        /// <summary>Commits. A commit that has been sent can no longer be cancelled.</summary>
        public Task CommitAsync() => transaction.CommitAsync(CancellationToken.None);

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            if (!await transaction.DisposeQuietlyAsync())
            {
                await db.ForgetConnectionAsync();
            }
        }
    }
}
