using Entourage.Application.Abstractions;
using Entourage.Application.Events;
using Entourage.Application.Keys;
using Entourage.Application.Ledger;
using Entourage.Application.Webhooks;
using Entourage.Infrastructure.Events;
using Entourage.Infrastructure.Jobs;
using Entourage.Infrastructure.Keys;
using Entourage.Infrastructure.Ledger;
using Entourage.Infrastructure.Ledger.Sqlite;
using Entourage.Infrastructure.Ledger.SqlServer;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Entourage.Infrastructure.Webhooks;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Update;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure;

/// <summary>Registers the infrastructure services.</summary>
public static class DependencyInjection
{
    /// <summary>Adds the configured database, the ledger, the event feed, webhooks and background jobs.</summary>
    /// <exception cref="OptionsValidationException">The provider is SQL Server and no connection string is configured.</exception>
    public static IServiceCollection AddInfrastructure(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DatabaseOptions>().Bind(configuration.GetSection(DatabaseOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<UsageOptions>().Bind(configuration.GetSection(UsageOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PriceOptions>().Bind(configuration.GetSection(PriceOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<JobOptions>().Bind(configuration.GetSection(JobOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(TimeProvider.System);

        var options = configuration.GetSection(DatabaseOptions.Section).Get<DatabaseOptions>() ?? new();
        var connectionString = configuration.GetConnectionString(DatabaseOptions.ConnectionStringName);
        if (options.Provider == DatabaseProvider.SqlServer)
        {
            services.AddSqlServer(connectionString ?? throw new OptionsValidationException(
                DatabaseOptions.Section,
                typeof(DatabaseOptions),
                [$"Database:Provider is SqlServer, but ConnectionStrings:{DatabaseOptions.ConnectionStringName} is not set."]));
        }
        else
        {
            services.AddSqlite(connectionString ?? DatabaseOptions.DefaultConnectionString);
        }

        services.AddScoped<IEntourageDb>(provider => provider.GetRequiredService<EntourageDb>());
        services.AddScoped<ISessionKiller, LedgerKiller>();
        services.AddScoped<IArchiveLedger, ArchiveLedger>();
        services.AddMetrics();
        services.AddSingleton<LedgerMetrics>();
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<EventMetrics>();
        services.AddSingleton<PriceLists>();
        services.AddSingleton<BudgetRuleLists>();
        services.AddSingleton<CommitSignal>();
        services.AddSingleton<CommittedEvents>();
        services.AddSingleton<LedgerWriter>();
        services.AddSingleton<LedgerQueue>();
        services.AddSingleton<IBudgetLedger>(provider => provider.GetRequiredService<LedgerQueue>());
        services.AddHostedService(provider => provider.GetRequiredService<LedgerQueue>());
        services.AddSingleton<CostSummaries>();
        services.AddOptions<EventOptions>().Bind(configuration.GetSection(EventOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IEventFeed, EventFeeds>();
        services.AddWebhooks(configuration);
        services.AddSingleton<IKeyRevision, KeyRevisions>();
        services.AddHostedService<KeyUseJob>();
        services.AddHostedService<PurgeJob>();
        services.AddHostedService<RepriceJob>();
        services.AddHostedService<SummariseJob>();
        services.AddHostedService<AbandonJob>();
        services.AddHostedService<MoveJob>();
        services.AddHostedService<ChargeJob>();
        return services;
    }

    private static void AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhookOptions>().Bind(configuration.GetSection(WebhookOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<EmailOptions>().Bind(configuration.GetSection(EmailOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider =>
        {
            var email = provider.GetRequiredService<IOptions<EmailOptions>>().Value;
            return new WebhookRules(provider.GetRequiredService<IOptions<WebhookOptions>>().Value.AllowPrivateAddresses, email.Host.Length > 0, email.Domains);
        });
        services.AddSingleton<EmailSender>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookOutbox>();
        services.AddHostedService<WebhookJob>();
        services.AddHostedService<DigestJob>();
    }

    private static void AddSqlite(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton<SqliteWriteGate>();
        services.AddSingleton(provider => new SqliteConnections(connectionString, provider.GetRequiredService<IOptions<DatabaseOptions>>()));
        services.AddSingleton<ILedgerTransactions, SqliteLedgerTransactions>();
        services.AddSingleton(provider => new SqliteBackup(
            provider.GetRequiredService<SqliteConnections>(), provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<IStoreNumbers>(provider => provider.GetRequiredService<SqliteBackup>());
        services.AddScoped<IStoreIntegrity, SqliteIntegrity>();
        services.AddSingleton<IKeyRevisionStore, SqliteKeyRevisionStore>();
        services.AddDbContextPool<EntourageDb, SqliteEntourageDb>((provider, builder) =>
        {
            var connections = provider.GetRequiredService<SqliteConnections>();
            builder.UseSqlite(connections.ConnectionString).IgnoreModelChanges()
                .AddInterceptors(connections, provider.GetRequiredService<CommittedEvents>());
        });
    }

    private static void AddSqlServer(this IServiceCollection services, string connectionString)
    {
        // After a refused login, SqlClient would refuse all others for up to a minute, while the server may be back.
        connectionString = new SqlConnectionStringBuilder(connectionString) { PoolBlockingPeriod = PoolBlockingPeriod.NeverBlock }.ToString();
        services.AddSingleton<ILedgerTransactions>(provider =>
            new SqlServerLedgerTransactions(
                connectionString,
                provider.GetRequiredService<BudgetRuleLists>(),
                provider.GetRequiredService<IOptions<DatabaseOptions>>(),
                provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IStoreIntegrity, TypedStoreIntegrity>();
        services.AddSingleton<IKeyRevisionStore>(provider =>
            new SqlServerKeyRevisionStore(connectionString, provider.GetRequiredService<IOptions<DatabaseOptions>>()));
        services.AddSingleton<IStoreNumbers>(provider => new SqlServerNumbers(
            connectionString, provider.GetRequiredService<IOptions<DatabaseOptions>>(), provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddDbContextPool<EntourageDb, SqlServerEntourageDb>((provider, builder) =>
        {
            var seconds = provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.CommandTimeoutSeconds;
            builder.UseSqlServer(connectionString, server => server
                .ExecutionStrategy(dependencies => new SqlServerExecutionStrategy(dependencies, TimeSpan.FromSeconds(seconds)))
                .CommandTimeout(seconds))
                .ReplaceService<IUpdateSqlGenerator, SqlServerInserts>()
                .IgnoreModelChanges()
                .AddInterceptors(provider.GetRequiredService<CommittedEvents>(), new OpeningFaults());
        });
    }

    /// <summary>Skips Entity Framework's check, at each migration, that no change to the model lacks a migration. A test checks that.</summary>
    private static DbContextOptionsBuilder IgnoreModelChanges(this DbContextOptionsBuilder builder) =>
        builder.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
}
