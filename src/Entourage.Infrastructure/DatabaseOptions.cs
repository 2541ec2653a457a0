using System.ComponentModel.DataAnnotations;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;

namespace Entourage.Infrastructure;

/// <summary>Which database holds the data.</summary>
public enum DatabaseProvider
{
    /// <summary>An embedded file: nothing to install, one machine.</summary>
    Sqlite,

    /// <summary>SQL Server or Azure SQL: any number of API replicas.</summary>
    SqlServer,
}

/// <summary>The store's settings: the configuration section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Database";

    /// <summary>The name of the connection string, in the section <c>ConnectionStrings</c>.</summary>
    public const string ConnectionStringName = "Entourage";

    /// <summary>The connection string that is used when none is configured: a file below the working directory.</summary>
    public const string DefaultConnectionString = "Data Source=data/entourage.db";

    /// <summary>The SQLite file that a configuration names, if SQLite is what it names.</summary>
    public static string? SqlitePathOf(IConfiguration configuration) =>
        configuration.GetValue($"{Section}:{nameof(Provider)}", DatabaseProvider.Sqlite) == DatabaseProvider.Sqlite
            ? Path.GetFullPath(new SqliteConnectionStringBuilder(configuration.GetConnectionString(ConnectionStringName) ?? DefaultConnectionString).DataSource)
            : null;

    /// <summary>Which database.</summary>
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>Whether a process brings the schema up to date before it serves. Safe with several starting at once.</summary>
    public bool MigrateOnStart { get; set; } = true;

    /// <summary>How long a statement may take, or wait for another writer, in seconds.</summary>
    [Range(1, 600)]
    public int CommandTimeoutSeconds { get; set; } = 15;

    /// <summary>How many usages, reservations and ends of these may wait for the ledger at once; a caller beyond that is answered 503.</summary>
    [Range(1, 1_000_000)]
    public int LedgerQueueLength { get; set; } = 10_000;

    /// <summary>How many of them share one transaction; a batch stays together, even if it is larger.</summary>
    [Range(1, 10_000)]
    public int LedgerBatchSize { get; set; } = 4_000;
}
