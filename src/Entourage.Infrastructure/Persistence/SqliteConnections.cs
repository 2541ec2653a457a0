using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Opens connections to the SQLite file, every one of them durable and patient in the same way.</summary>
internal sealed class SqliteConnections(string connectionString, IOptions<DatabaseOptions> options) : DbConnectionInterceptor, IDisposable
{
    // FULL: a commit is on the disk before it is answered (rule 1). A checkpoint after 32 MiB of the log, not after the 4 by
    // default: the same few pages are written by every commit, and are copied once for all of them.
    private const string Settings =
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 8000; PRAGMA busy_timeout = ";

    // WAL: readers never wait for the writer. It stays with the file; setting it again costs nothing.
    private const string FileSettings = "; PRAGMA journal_mode = WAL";

    // 32 MiB for the one connection that writes all usage: the pages that many sessions' records go to.
    private const string WriterSettings = "PRAGMA cache_size = -32768";

    // The least size of the index of the log, which all connections share; SQLite makes it with the first connection.
    private const long LogIndexLength = 32_768;

    private const int DiskFault = 10; // SQLITE_IOERR
    private const int Full = 13; // SQLITE_FULL
    private const int CannotOpen = 14; // SQLITE_CANTOPEN

    private static readonly string[] LogSuffixes = ["-wal", "-shm"];

    private readonly Lock gate = new();
    private SqliteStoreUse? use;

    /// <summary>The connection string, with the time-out of the options.</summary>
    public string ConnectionString { get; } = new SqliteConnectionStringBuilder(connectionString)
    {
        DefaultTimeout = options.Value.CommandTimeoutSeconds,
    }.ToString();

    /// <summary>The file.</summary>
    public string Path => System.IO.Path.GetFullPath(new SqliteConnectionStringBuilder(ConnectionString).DataSource);

    /// <summary>The file on which a process that migrates a store holds a lock.</summary>
    public static string MigrationLockOf(string store) => store + ".migrating";

    /// <summary>Takes from everybody but the owner what the store's files allow them: an earlier version, or somebody's copy, may have left them open.</summary>
    /// <returns>The files that belong to another user, who alone can change that.</returns>
    public IReadOnlyList<string> TightenFiles() =>
        [.. LogSuffixes.Select(suffix => Path + suffix).Prepend(Path).Append(SqliteStoreUse.FileOf(Path)).Append(MigrationLockOf(Path)).Where(file => !OwnerOnlyFiles.Tighten(file))];

    /// <summary>Opens a connection.</summary>
    public async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        EnsureInUse();

        // Whoever opens one here keeps it, and throws it away for good after a fault.
        var connection = new SqliteConnection(
            FindSnapshotString() ?? new SqliteConnectionStringBuilder(ConnectionString) { Pooling = false }.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            Apply(connection);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the connection that writes all usage.</summary>
    public async Task<SqliteConnection> OpenWriterAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken);
        using var command = connection.CreateCommand();
        command.CommandText = WriterSettings;
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>
    /// Whether a connection can only read, since the file could not be written when it was opened. It stays so whatever becomes
    /// of the file, so nobody keeps one: the next may be able to write.
    /// </summary>
    public static bool IsReadOnly(SqliteConnection connection) => SQLitePCL.raw.sqlite3_db_readonly(connection.Handle, "main") == 1;

    /// <inheritdoc/>
    public void Dispose() => use?.Dispose();

    /// <inheritdoc/>
    public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        Prepare(connection);
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        Prepare(connection);
        return new(result);
    }

    /// <inheritdoc/>
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply((SqliteConnection)connection);

    /// <inheritdoc/>
    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Apply((SqliteConnection)connection);
        return Task.CompletedTask;
    }

    private void Prepare(DbConnection connection)
    {
        EnsureInUse();
        if (FindSnapshotString() is { } snapshot)
        {
            connection.ConnectionString = snapshot;
        }
    }

    /// <summary>
    /// How to read the store where its log cannot be made, since the disk is full. SQLite makes the log and its index with the first connection and
    /// removes them with the last, so a server that starts then could not even read. The file alone is the whole store while there is no log;
    /// it is read as one that does not change, which holds as long as nobody can make a log. Each connection looks anew.
    /// </summary>
    /// <returns>The connection string; null wherever the log is there or can be made.</returns>
    private string? FindSnapshotString()
    {
        if (LengthOf(Path + "-shm") >= LogIndexLength || LengthOf(Path) == 0)
        {
            return null;
        }

        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionString) { Pooling = false }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT COUNT(*) FROM sqlite_master";
            command.ExecuteScalar();
            if (IsReadOnly(connection))
            {
                LetLogBeWritten();
            }

            return null;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is DiskFault or Full or CannotOpen && LengthOf(Path + "-wal") == 0)
        {
            return new SqliteConnectionStringBuilder
            {
                DataSource = $"file:{string.Join('/', Path.Split('/').Select(Uri.EscapeDataString))}?immutable=1",
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
                DefaultTimeout = options.Value.CommandTimeoutSeconds,
            }.ToString();
        }
        catch (SqliteException)
        {
            // Whatever it is: who opens the store is told.
            return null;
        }
    }

    private static long LengthOf(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? info.Length : 0;
    }

    private void EnsureInUse()
    {
        if (Volatile.Read(ref use) is null)
        {
            lock (gate)
            {
                if (use is null)
                {
                    use = SqliteStoreUse.Share(Path);
                    TightenFiles();
                }
            }
        }
    }

    private void Apply(SqliteConnection connection)
    {
        var isReadOnly = IsReadOnly(connection);
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants and a number.
        command.CommandText = $"{Settings}{options.Value.CommandTimeoutSeconds * 1_000}{(isReadOnly ? "" : FileSettings)}";
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        if (isReadOnly)
        {
            SqliteConnection.ClearPool(connection);
            LetLogBeWritten();
        }
    }

    // SQLite makes the write-ahead log with the mode of the file. One that is made while the file cannot be written could not be
    // written either, then and after the file can be again.
    private void LetLogBeWritten()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var path in LogSuffixes.Select(suffix => Path + suffix).Where(File.Exists))
        {
            try
            {
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserWrite);
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
            {
                // It is somebody else's, or it has gone already.
            }
        }
    }
}
