using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Copies of the SQLite store: made while it is in use, and put in its place.</summary>
public sealed class SqliteBackup : IStoreNumbers
{
    private const int Busy = 5; // SQLITE_BUSY
    private const int Locked = 6; // SQLITE_LOCKED

    // What SQLite keeps beside a file, and would take for a newer one's if it stayed there.
    private static readonly string[] Logs = ["-wal", "-journal"];

    private readonly SqliteConnections connections;
    private readonly IServiceScopeFactory scopes;

    internal SqliteBackup(SqliteConnections connections, IServiceScopeFactory scopes) => (this.connections, this.scopes) = (connections, scopes);

    // What each of SQLite's files begins with.
    private static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    /// <summary>
    /// Writes all of the store into one file, as it was at one moment after this was called. Whoever uses the store meanwhile goes on. The
    /// file is there once it is whole, checked and on disk.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="replace">Whether it may be there already.</param>
    /// <param name="now">The present (UTC).</param>
    /// <param name="cancellationToken">Gives up before it begins to copy.</param>
    /// <exception cref="IOException">It is there already, cannot be written, or the store is damaged.</exception>
    public async Task BackUpAsync(string file, bool replace, DateTimeOffset now, CancellationToken cancellationToken)
    {
        file = Path.GetFullPath(file);
        if (file == connections.Path)
        {
            throw new IOException($"{file} is the store itself.");
        }

        if (!replace && File.Exists(file))
        {
            throw new IOException($"{file} is there already; --force replaces it.");
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
    /// Puts a backup in the place of the store, which nobody may use meanwhile. It is copied and checked, and its numbers are moved on, before
    /// anything is changed, and what was there is kept beside it.
    /// </summary>
    /// <param name="file">The backup, which stays as it is.</param>
    /// <param name="now">The present (UTC).</param>
    /// <exception cref="IOException">The store is in use, or the file is no backup of it, is damaged, or is of a newer version.</exception>
    public async Task<RestoredStore> RestoreAsync(string file, DateTimeOffset now)
    {
        file = Path.GetFullPath(file);
        var store = connections.Path;
        if (!File.Exists(file) || file == store)
        {
            throw new IOException(file == store ? $"{file} is the store itself." : $"There is no file {file}.");
        }

        OwnerOnlyFiles.CreateDirectory(Path.GetDirectoryName(store)!);
        using var alone = TakeAlone();
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

                // Before it is put in place: there is never a restored store that hands out numbers again.
                var numbers = Check(copy, connection => SqliteNumbers.Move(connection, File.Exists(store) && IsSqlite(store) ? store : null, now));
                restored = new(Replace(store, copy, NameForKept(store, now)), numbers!);
            });
        return restored!;
    }

    /// <inheritdoc/>
    public Task<MovedNumbers> MoveAsync(DateTimeOffset now)
    {
        using var alone = TakeAlone();
        try
        {
            using var store = Open(connections.Path, SqliteOpenMode.ReadWrite);
            EnsureKnown(store);
            return Task.FromResult(SqliteNumbers.Move(store, replaced: null, now));
        }
        catch (SqliteException exception)
        {
            throw new IOException($"The numbers of {connections.Path} cannot be moved on: {exception.Message}", exception);
        }
    }

    private SqliteStoreUse TakeAlone() => SqliteStoreUse.TakeAlone(connections.Path)
        ?? throw new IOException($"A server, or a command, has {connections.Path} open: stop it first.");

    /// <summary>A name that is free: what was there stays, however many restores there are in a second.</summary>
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
            throw new IOException($"It cannot be copied: {exception.Message}", exception);
        }
        finally
        {
            File.Delete(copy);
            File.Delete(copy + "-journal");
        }
    }

    /// <summary>Copies all pages in one step: a longer one would begin anew with each commit of another process.</summary>
    private static void Copy(SqliteConnection from, string to)
    {
        // There are secrets in it.
        OwnerOnlyFiles.CreateFile(to);
        using var copy = Open(to, SqliteOpenMode.ReadWrite);
        // Nobody reads it before it is whole, and it is put on disk then.
        Execute(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
        from.BackupDatabase(copy);
    }

    /// <summary>Makes sure that a copy is whole, of a version that is known here, alone without a log, and on disk.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="change">What is changed in it before it is put on disk.</param>
    private T? Check<T>(string copy, Func<SqliteConnection, T>? change)
        where T : class
    {
        T? changed;
        using (var connection = Open(copy, SqliteOpenMode.ReadWrite))
        {
            Execute(connection, "PRAGMA journal_mode = DELETE");
            if (Execute(connection, "PRAGMA integrity_check(1)") is var found and not "ok")
            {
                throw new IOException($"It is damaged: {found}");
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
            throw new IOException("It is no store of Entourage.");
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
                throw new IOException($"It is of a newer version of Entourage, which has the migration {reader.GetString(0)}.");
            }
        }
    }

    private static string? Replace(string store, string copy, string kept)
    {
        var isWhole = File.Exists(store) && IsSqlite(store) && TakeLogIn(store);
        if (!isWhole)
        {
            // Damaged, or only its log is left: that is kept with it, and must not be taken for the copy's. SQLite is not asked about
            // what is none of its files: it would delete the log.
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

            // In one step: whatever happens, there is one of the two.
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

    /// <summary>Has SQLite take the log of a file in and remove it, which it does for nobody else while others have the file open.</summary>
    /// <returns>Whether it did; false for a file that is damaged.</returns>
    private static bool TakeLogIn(string store)
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

        IOException InUse(Exception? reason) => new($"Another program has {store} open: close it first.", reason);
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
