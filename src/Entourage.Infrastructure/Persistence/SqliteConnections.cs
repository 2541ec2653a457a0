using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Opens connections to the SQLite file, all with the same durability and timeout.</summary>
internal sealed class SqliteConnections(string connectionString, IOptions<DatabaseOptions> options) : DbConnectionInterceptor, IDisposable
{
    // FULL: a commit is on disk before it is acknowledged (rule 1). Checkpoint after 32 MiB of log rather than the default 4: every
    // commit writes the same few pages, and a checkpoint copies each page once.
    private const string Settings =
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 8000; PRAGMA busy_timeout = ";

    // WAL: readers never wait for the writer. The mode is stored in the file, and setting it again costs nothing.
    private const string FileSettings = "; PRAGMA journal_mode = WAL";

    // A cache of 32 MiB for the one connection that writes all usage, for the pages that the records of many sessions go to.
    private const string WriterSettings = "PRAGMA cache_size = -32768";

    // The minimum size of the shared index of the log. SQLite creates it with the first connection.
    private const long LogIndexLength = 32_768;

    private const int DiskFault = 10; // SQLITE_IOERR
    private const int Full = 13; // SQLITE_FULL
    private const int CannotOpen = 14; // SQLITE_CANTOPEN

    private static readonly string[] LogSuffixes = ["-wal", "-shm"];

    private readonly Lock gate = new();
    private SqliteStoreUse? use;

    /// <summary>The connection string, with the configured timeout.</summary>
    public string ConnectionString { get; } = new SqliteConnectionStringBuilder(connectionString)
    {
        DefaultTimeout = options.Value.CommandTimeoutSeconds,
    }.ToString();

    /// <summary>The file.</summary>
    public string Path => System.IO.Path.GetFullPath(new SqliteConnectionStringBuilder(ConnectionString).DataSource);

    /// <summary>The file that a process locks while it migrates a store.</summary>
    public static string MigrationLockOf(string store) => store + ".migrating";

    /// <summary>Removes the permissions of other users from the store's files, in case an earlier version or a manual copy left them open.</summary>
    /// <returns>The files that another user owns, so that this process cannot change them.</returns>
    public IReadOnlyList<string> TightenFiles() =>
        [.. LogSuffixes.Select(suffix => Path + suffix).Prepend(Path).Append(SqliteStoreUse.FileOf(Path)).Append(MigrationLockOf(Path))
            .Concat(WriterTurns.FilesOf(Path)).Where(file => !OwnerOnlyFiles.Tighten(file))];

    /// <summary>Opens a connection.</summary>
    public async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        EnsureInUse();

        // No pooling, because callers keep their connection and discard it after a fault.
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
    /// Whether a connection is read-only because the file could not be written when it was opened. It stays read-only even if the file
    /// becomes writable, so do not keep such a connection.
    /// </summary>
    public static bool IsReadOnly(SqliteConnection connection) => SQLitePCL.raw.sqlite3_db_readonly(connection.Handle, "main") == 1;

    /// <inheritdoc/>
    public void Dispose()
    {
        // The last connection writes the log back into the file when it closes.
        using (var connection = new SqliteConnection(ConnectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        use?.Dispose();
    }

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
        else if (connection.ConnectionString != ConnectionString)
        {
            // A pooled context opens the same connection again, and the disk has space now.
            connection.ConnectionString = ConnectionString;
        }
    }

    /// <summary>
    /// Finds a way to read the store if its log cannot be created because the disk is full. SQLite creates the log and its index with the first
    /// connection and removes them with the last, so a server that starts then could not even read. Without a log, the file is the whole
    /// store. It is opened as immutable, which is true as long as no process can create a log. Each connection checks again.
    /// </summary>
    /// <returns>The connection string; null if the log exists or can be created.</returns>
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
                MakeLogWritable();
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
            // The caller meets the same fault when it opens the store.
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
            MakeLogWritable();
        }
    }

    // SQLite creates the log with the mode of the file. A log that is created while the file is read-only would stay read-only after the
    // file is writable again.
    private void MakeLogWritable()
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
                // Another user owns it, or it is gone.
            }
        }
    }
}
