using System.ComponentModel.DataAnnotations;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;

namespace Entourage.Infrastructure;

/// <summary>The supported databases.</summary>
public enum DatabaseProvider
{
    /// <summary>An SQLite file. It needs no installation and runs on one machine.</summary>
    Sqlite,

    /// <summary>SQL Server or Azure SQL, for any number of API replicas.</summary>
    SqlServer,
}

/// <summary>The settings of the store. The configuration section is <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Database";

    /// <summary>The name of the connection string, in the section <c>ConnectionStrings</c>.</summary>
    public const string ConnectionStringName = "Entourage";

    /// <summary>The default connection string, a file below the working directory.</summary>
    public const string DefaultConnectionString = "Data Source=data/entourage.db";

    /// <summary>Gets the path of the configured SQLite file; null for another provider.</summary>
    public static string? SqlitePathOf(IConfiguration configuration) =>
        configuration.GetValue($"{Section}:{nameof(Provider)}", DatabaseProvider.Sqlite) == DatabaseProvider.Sqlite
            ? Path.GetFullPath(new SqliteConnectionStringBuilder(configuration.GetConnectionString(ConnectionStringName) ?? DefaultConnectionString).DataSource)
            : null;

    /// <summary>The database that holds the data.</summary>
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>Whether a process migrates the schema when it starts. Several processes can do so at once.</summary>
    public bool MigrateOnStart { get; set; } = true;

    /// <summary>The timeout of a statement, including the wait for another writer, in seconds.</summary>
    [Range(1, 600)]
    public int CommandTimeoutSeconds { get; set; } = 15;

    /// <summary>How many entries may wait for the ledger. Further callers get 503.</summary>
    [Range(1, 1_000_000)]
    public int LedgerQueueLength { get; set; } = 10_000;

    /// <summary>How many entries share a transaction at most. A batch of usages stays together even if it is larger.</summary>
    [Range(1, 10_000)]
    public int LedgerBatchSize { get; set; } = 4_000;

    /// <summary>Whether the ledger compares each row that it keeps in memory with the stored one before it uses it. Slow: for tests.</summary>
    public bool VerifyImage { get; set; }
}
