using Entourage.Application.Prices;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Brings the store's schema up to date before anything is served from it.</summary>
public static partial class DatabaseStartup
{
    private const int DatabaseExists = 1801;

    /// <summary>
    /// Applies the migrations that are missing, unless that is switched off, and adds the prices that came with this program. Any
    /// number of processes may do so at once.
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

    /// <summary>Whether no migration is missing.</summary>
    public static async Task<bool> IsMigratedAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        !(await services.GetRequiredService<EntourageDb>().Database.GetPendingMigrationsAsync(cancellationToken)).Any();

    /// <summary>
    /// Applies the missing migrations, unless that is switched off. Any number of processes may do so at once.
    /// </summary>
    /// <param name="services">Where the store is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="always">Whether to do so even when <see cref="DatabaseOptions.MigrateOnStart"/> is switched off.</param>
    /// <returns>How many were missing.</returns>
    public static async Task<int> MigrateAsync(IServiceProvider services, CancellationToken cancellationToken, bool always = false)
    {
        await using var scope = services.CreateAsyncScope();
        if (!always && !scope.ServiceProvider.GetRequiredService<IOptions<DatabaseOptions>>().Value.MigrateOnStart)
        {
            return 0;
        }

        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        var missing = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Count();
        await EnsureKnownAsync(db, cancellationToken);
        if (missing == 0)
        {
            // Nothing is written then: a store that cannot be written can still be read.
            return 0;
        }

        var file = scope.ServiceProvider.GetService<SqliteConnections>();
        using var turn = file is null ? null : await SqliteMigrationLock.WaitAsync(file, db, cancellationToken);
        try
        {
            await db.Database.MigrateAsync(cancellationToken);
        }
        catch (SqlException exception) when (exception.Number == DatabaseExists)
        {
            // Of two processes that find no database, one makes it, and this is the other.
            await db.Database.MigrateAsync(cancellationToken);
        }

        return missing;
    }

    /// <summary>Refuses a store whose schema this version cannot have made: its tables are not the ones that the ledger's SQL names.</summary>
    private static async Task EnsureKnownAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        if ((await db.Database.GetAppliedMigrationsAsync(cancellationToken)).FirstOrDefault(id => !known.Contains(id)) is { } unknown)
        {
            throw new IOException(
                $"The store has the migration '{unknown}', which this version of Entourage does not know. "
                + "Start the version that made the store, or name an empty store in ConnectionStrings:Entourage.");
        }
    }

    [LoggerMessage(2009, LogLevel.Warning, "Other users of this machine may read {Files}, and this process cannot change that: the files are another user's")]
    private static partial void LogOpenFiles(ILogger logger, string files);
}

/// <summary>
/// The turn of one process to migrate an SQLite file. Entity Framework's own lock is a row in the file, which a killed process
/// leaves behind and every later one would wait for; a lock of the operating system ends with its process.
/// </summary>
internal sealed class SqliteMigrationLock : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly FileStream lockFile;

    private SqliteMigrationLock(FileStream lockFile) => this.lockFile = lockFile;

    public static async Task<SqliteMigrationLock> WaitAsync(SqliteConnections file, EntourageDb db, CancellationToken cancellationToken)
    {
        OwnerOnlyFiles.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        var turn = new SqliteMigrationLock(await LockAsync(SqliteConnections.MigrationLockOf(file.Path), cancellationToken));
        try
        {
            if (!File.Exists(file.Path))
            {
                // SQLite gives its log the mode of the file, and the file the mode that the environment says.
                OwnerOnlyFiles.CreateFile(file.Path);
            }

            await db.Database.ExecuteSqlAsync($"DROP TABLE IF EXISTS __EFMigrationsLock", cancellationToken);
            return turn;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return OwnerOnlyFiles.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(RetryAfter, TimeProvider.System, cancellationToken);
            }
        }
    }

    public void Dispose() => lockFile.Dispose();
}
