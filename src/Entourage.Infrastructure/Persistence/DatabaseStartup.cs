using Entourage.Application.Prices;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Migrates the store before the server uses it.</summary>
public static partial class DatabaseStartup
{
    private const int DatabaseExists = 1801;

    /// <summary>
    /// Applies pending migrations, unless <see cref="DatabaseOptions.MigrateOnStart"/> is off, and adds the built-in prices. Several processes
    /// can do so at once.
    /// </summary>
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await MigrateAsync(services, cancellationToken);
        if (services.GetService<SqliteConnections>()?.TightenFiles() is { Count: > 0 } open)
        {
            LogOpenFiles(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(DatabaseStartup)), string.Join(", ", open));
        }

        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<BuiltInPrices>().AddMissingAsync(cancellationToken);
    }

    /// <summary>
    /// Whether another process uses the store. Always false for SQL Server, where that is normal, and for an SQLite file that does not exist yet. Call it
    /// before this process opens the store.
    /// </summary>
    public static bool IsInUse(IServiceProvider services)
    {
        if (services.GetService<SqliteConnections>()?.Path is not { } store || !File.Exists(store))
        {
            return false;
        }

        using var exclusive = SqliteStoreUse.TakeExclusive(store);
        return exclusive is null;
    }

    /// <summary>Checks that no migration is pending.</summary>
    public static async Task<bool> IsMigratedAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        !(await services.GetRequiredService<EntourageDb>().Database.GetPendingMigrationsAsync(cancellationToken)).Any();

    /// <summary>
    /// Applies pending migrations, and ensures that a SQL Server database keeps row versions. Several processes can do so at once.
    /// </summary>
    /// <param name="services">The services with the store.</param>
    /// <param name="cancellationToken">Cancels the migration.</param>
    /// <param name="always">Whether to migrate even if <see cref="DatabaseOptions.MigrateOnStart"/> is off.</param>
    /// <returns>The number of migrations that were pending.</returns>
    public static async Task<int> MigrateAsync(IServiceProvider services, CancellationToken cancellationToken, bool always = false)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        var applies = always || scope.ServiceProvider.GetRequiredService<IOptions<DatabaseOptions>>().Value.MigrateOnStart;
        var applied = applies ? await ApplyAsync(scope.ServiceProvider, db, cancellationToken) : 0;
        if (db.Database.IsSqlServer())
        {
            await SnapshotIsolation.EnsureAsync(db, isNew: applied > 0 && applied == db.Database.GetMigrations().Count(), cancellationToken);
        }

        return applied;
    }

    private static async Task<int> ApplyAsync(IServiceProvider services, EntourageDb db, CancellationToken cancellationToken)
    {
        var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Count();
        await EnsureKnownAsync(db, cancellationToken);
        if (pending == 0)
        {
            // Write nothing, so that a read-only store can still be read.
            return 0;
        }

        var file = services.GetService<SqliteConnections>();
        using var migrationLock = file is null ? null : await SqliteMigrationLock.AcquireAsync(file, db, cancellationToken);
        try
        {
            await db.Database.MigrateAsync(cancellationToken);
        }
        catch (SqlException exception) when (exception.Number == DatabaseExists)
        {
            // Another process has just created the database.
            await db.Database.MigrateAsync(cancellationToken);
        }

        return pending;
    }

    /// <summary>Refuses a store with a migration of another version, because the ledger's SQL may not match its tables.</summary>
    private static async Task EnsureKnownAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        if ((await db.Database.GetAppliedMigrationsAsync(cancellationToken)).FirstOrDefault(id => !known.Contains(id)) is { } unknown)
        {
            throw new IOException(
                $"The store has the migration '{unknown}', which this version of Entourage does not know. "
                + "Start the version that created the store, or set ConnectionStrings:Entourage to an empty one.");
        }
    }

    [LoggerMessage(2009, LogLevel.Warning, "Other users of this machine may be able to read {Files}. This process cannot change that, because another user owns the files")]
    private static partial void LogOpenFiles(ILogger logger, string files);
}

/// <summary>
/// A lock that lets one process at a time migrate an SQLite file. Entity Framework's own lock is a row in the file. A killed process leaves
/// that row behind and every later process waits for it, whereas the operating system releases a file lock with its process.
/// </summary>
internal sealed class SqliteMigrationLock : IDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private readonly FileStream lockFile;

    private SqliteMigrationLock(FileStream lockFile) => this.lockFile = lockFile;

    public static async Task<SqliteMigrationLock> AcquireAsync(SqliteConnections file, EntourageDb db, CancellationToken cancellationToken)
    {
        OwnerOnlyFiles.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        var acquired = new SqliteMigrationLock(await LockAsync(SqliteConnections.MigrationLockOf(file.Path), cancellationToken));
        try
        {
            if (!File.Exists(file.Path))
            {
                // SQLite would create the file with the permissions of the umask, and its log copies the permissions of the file.
                OwnerOnlyFiles.CreateFile(file.Path);
            }

            await db.Database.ExecuteSqlAsync($"DROP TABLE IF EXISTS __EFMigrationsLock", cancellationToken);
            return acquired;
        }
        catch
        {
            acquired.Dispose();
            throw;
        }
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return OwnerOnlyFiles.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && TimeProvider.System.GetElapsedTime(started) < Timeout)
            {
                await Task.Delay(RetryInterval, TimeProvider.System, cancellationToken);
            }
        }
    }

    public void Dispose() => lockFile.Dispose();
}
