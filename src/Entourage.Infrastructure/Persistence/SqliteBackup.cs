using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Backs up the SQLite store while it is in use, and restores it.</summary>
public sealed class SqliteBackup : IStoreNumbers
{
    private const int Busy = 5; // SQLITE_BUSY
    private const int Locked = 6; // SQLITE_LOCKED

    // The files that SQLite keeps beside a database. If they stayed, SQLite would apply them to the restored one.
    private static readonly string[] Logs = ["-wal", "-journal"];

    private readonly SqliteConnections connections;
    private readonly IServiceScopeFactory scopes;

    internal SqliteBackup(SqliteConnections connections, IServiceScopeFactory scopes) => (this.connections, this.scopes) = (connections, scopes);

    // The header of every SQLite file.
    private static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    /// <summary>
    /// Writes a consistent copy of the store into one file, while others use the store. The file appears when it is complete, checked and
    /// on disk.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="replace">Whether to replace an existing file.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="cancellationToken">Cancels the backup before it starts to copy.</param>
    /// <exception cref="IOException">The file exists or cannot be written, or the store is damaged.</exception>
    public async Task BackUpAsync(string file, bool replace, DateTimeOffset now, CancellationToken cancellationToken)
    {
        file = Path.GetFullPath(file);
        if (file == connections.Path)
        {
            throw new IOException($"{file} is the store itself.");
        }

        if (!replace && File.Exists(file))
        {
            throw new IOException($"{file} already exists. Use --force to replace it.");
        }

        await WithCopyAsync(
            file,
            now,
            async copy =>
            {
                await using (var store = await connections.OpenAsync(cancellationToken))
                {
                    Copy(store, copy);
                }

                Check<object>(copy, change: null);
                File.Move(copy, file, replace);
            });
    }

    /// <summary>
    /// Replaces the store with a backup. No other process may use the store meanwhile. The backup is copied and checked and its numbers are
    /// advanced before anything changes, and the replaced store is kept beside it.
    /// </summary>
    /// <param name="file">The backup, which is not changed.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="IOException">The store is in use, or the file is not a backup, is damaged, or comes from a newer version.</exception>
    public async Task<RestoredStore> RestoreAsync(string file, DateTimeOffset now)
    {
        file = Path.GetFullPath(file);
        var store = connections.Path;
        if (!File.Exists(file) || file == store)
        {
            throw new IOException(file == store ? $"{file} is the store itself." : $"There is no file {file}.");
        }

        OwnerOnlyFiles.CreateDirectory(Path.GetDirectoryName(store)!);
        using var exclusive = TakeExclusive();
        RestoredStore? restored = null;
        await WithCopyAsync(
            store,
            now,
            async copy =>
            {
                await using (var backup = Open(file, SqliteOpenMode.ReadOnly))
                {
                    Copy(backup, copy);
                }

                // Advance the numbers before the replacement, so that a restored store never issues a number twice.
                var numbers = Check(copy, connection => SqliteNumbers.Move(connection, File.Exists(store) && IsSqlite(store) ? store : null, now));
                restored = new(Replace(store, copy, NameForKept(store, now)), numbers!);
            });
        return restored!;
    }

    /// <inheritdoc/>
    public Task<MovedNumbers> MoveAsync(DateTimeOffset now)
    {
        using var exclusive = TakeExclusive();
        try
        {
            using var store = Open(connections.Path, SqliteOpenMode.ReadWrite);
            EnsureKnown(store);
            return Task.FromResult(SqliteNumbers.Move(store, replaced: null, now));
        }
        catch (SqliteException exception)
        {
            throw new IOException($"The numbers of {connections.Path} cannot be advanced: {exception.Message}", exception);
        }
    }

    private SqliteStoreUse TakeExclusive() => SqliteStoreUse.TakeExclusive(connections.Path)
        ?? throw new IOException($"A server or a command has {connections.Path} open. Stop it first.");

    /// <summary>Finds an unused name, also for several restores in one second.</summary>
    private static string NameForKept(string store, DateTimeOffset now)
    {
        var name = $"{store}.replaced-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        return Enumerable.Range(1, int.MaxValue)
            .Select(number => number == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"))
            .First(candidate => !File.Exists(candidate) && !Logs.Any(log => File.Exists(candidate + log)));
    }

    private static async Task WithCopyAsync(string file, DateTimeOffset now, Func<string, Task> work)
    {
        var copy = $"{file}.{Guid.CreateVersion7(now):N}.partial";
        try
        {
            await work(copy);
        }
        catch (SqliteException exception)
        {
            throw new IOException($"The database cannot be copied: {exception.Message}", exception);
        }
        finally
        {
            File.Delete(copy);
            File.Delete(copy + "-journal");
        }
    }

    /// <summary>Copies all pages in one step, because SQLite restarts a longer copy with each commit of another process.</summary>
    private static void Copy(SqliteConnection from, string to)
    {
        // The store holds secrets.
        OwnerOnlyFiles.CreateFile(to);
        using var copy = Open(to, SqliteOpenMode.ReadWrite);
        // The copy is flushed to disk once it is complete, and not read before.
        Execute(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
        from.BackupDatabase(copy);
    }

    /// <summary>Ensures that a copy is intact, of a known version, without a log, and on disk.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="change">A change to make before the copy is flushed to disk.</param>
    private T? Check<T>(string copy, Func<SqliteConnection, T>? change)
        where T : class
    {
        T? changed;
        using (var connection = Open(copy, SqliteOpenMode.ReadWrite))
        {
            Execute(connection, "PRAGMA journal_mode = DELETE");
            if (Execute(connection, "PRAGMA integrity_check(1)") is var found and not "ok")
            {
                throw new IOException($"The database is damaged: {found}");
            }

            EnsureKnown(connection);
            changed = change?.Invoke(connection);
        }

        using var file = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        return changed;
    }

    private void EnsureKnown(SqliteConnection connection)
    {
        if (Execute(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = '__EFMigrationsHistory'") is 0L)
        {
            throw new IOException("The file is not an Entourage database.");
        }

        using var scope = scopes.CreateScope();
        var known = scope.ServiceProvider.GetRequiredService<EntourageDb>().Database.GetMigrations().ToHashSet();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT MigrationId FROM __EFMigrationsHistory";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (!known.Contains(reader.GetString(0)))
            {
                throw new IOException($"The database was created by a newer version of Entourage, with the migration {reader.GetString(0)}.");
            }
        }
    }

    private static string? Replace(string store, string copy, string kept)
    {
        var isIntact = File.Exists(store) && IsSqlite(store) && CheckpointLog(store);
        if (!isIntact)
        {
            // The store is damaged, or only its log is left. Keep the log with it, so that SQLite does not apply it to the copy. Do not let
            // SQLite open a file that is not a database, because it would delete the log.
            foreach (var log in Logs.Where(log => File.Exists(store + log)))
            {
                OwnerOnlyFiles.Tighten(store + log);
                File.Move(store + log, kept + log);
            }

            File.Delete(store + "-shm");
        }

        if (File.Exists(store))
        {
            OwnerOnlyFiles.Tighten(store);

            // Atomic, so that one of the two exists whatever happens.
            File.Replace(copy, store, kept);
            return kept;
        }

        File.Move(copy, store);
        return null;
    }

    private static bool IsSqlite(string file)
    {
        var header = new byte[Magic.Length];
        using var stream = File.OpenRead(file);
        return stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && Magic.SequenceEqual(header);
    }

    /// <summary>Checkpoints the log of a store into its file and removes it, which SQLite refuses while others have the file open.</summary>
    /// <returns>False if the file is damaged.</returns>
    private static bool CheckpointLog(string store)
    {
        try
        {
            using var connection = Open(store, SqliteOpenMode.ReadWrite);
            Execute(connection, "PRAGMA locking_mode = EXCLUSIVE");
            return Execute(connection, "PRAGMA journal_mode = DELETE") is "delete" ? true : throw InUse(null);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is Busy or Locked)
        {
            throw InUse(exception);
        }
        catch (SqliteException)
        {
            return false;
        }

        IOException InUse(Exception? reason) => new($"Another program has {store} open. Close it first.", reason);
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 1,
        }.ToString());
        connection.Open();
        return connection;
    }

    private static object? Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
