using Entourage.Infrastructure.Ledger;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.Sqlite;

namespace Entourage.Infrastructure.Keys;

/// <summary>The revision of keys in the SQLite file: a prepared statement on a connection of its own, which takes microseconds.</summary>
internal sealed class SqliteKeyRevisionStore(SqliteConnections connections) : IKeyRevisionStore, IDisposable
{
    private readonly List<long> rows = new(1);
    private SqliteConnection? connection;
    private SqliteStatement? statement;

    public ValueTask<long> ReadAsync() => statement is { } prepared ? ValueTask.FromResult(Read(prepared)) : OpenAndReadAsync();

    public void Dispose()
    {
        statement?.Dispose();
        connection?.Dispose();
        (statement, connection) = (null, null);
    }

    private async ValueTask<long> OpenAndReadAsync()
    {
        Dispose();
        connection = await connections.OpenAsync(CancellationToken.None);
        statement = new(connection.Handle!, AccessSql.SelectRevision);
        var number = Read(statement);
        if (SqliteConnections.IsReadOnly(connection))
        {
            // It may see the store as it was when it was opened, and never a key that is revoked later.
            Dispose();
        }

        return number;
    }

    private long Read(SqliteStatement prepared)
    {
        try
        {
            rows.Clear();
            prepared.ReadAll(row => row.Int64(), rows);
            return rows.Single();
        }
        catch (SqliteException)
        {
            // A connection that met a fault is not trusted again.
            Dispose();
            throw;
        }
    }
}
