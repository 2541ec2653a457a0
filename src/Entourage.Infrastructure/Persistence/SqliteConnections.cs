using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Opens connections to the SQLite file, every one of them durable and patient in the same way.</summary>
internal sealed class SqliteConnections(string connectionString, IOptions<DatabaseOptions> options) : DbConnectionInterceptor
{
    // FULL: a commit is on the disk before it is answered (rule 1). WAL: readers never wait for the writer. The write-ahead
    // log setting stays with the file; setting it again costs nothing.
    private const string Settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = ";

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

    /// <inheritdoc/>
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

    /// <inheritdoc/>
    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Apply(connection);
        return Task.CompletedTask;
    }

    private void Apply(DbConnection connection)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant and a number.
        command.CommandText = $"{Settings}{options.Value.CommandTimeoutSeconds * 1_000}";
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
