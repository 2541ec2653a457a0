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

    /// <summary>Opens a connection.</summary>
    public async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        EnsureInUse();

        // Whoever opens one here keeps it, and throws it away for good after a fault.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionString) { Pooling = false }.ToString());
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
        EnsureInUse();
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        EnsureInUse();
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

    private void EnsureInUse()
    {
        if (Volatile.Read(ref use) is null)
        {
            lock (gate)
            {
                use ??= SqliteStoreUse.Share(Path);
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
