using Entourage.Infrastructure.Ledger.Sqlite;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.Sqlite;

namespace Entourage.Infrastructure.Keys;

/// <summary>Reads the key revision from the SQLite file. A prepared statement on a dedicated connection takes microseconds.</summary>
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
            // It may see the store as it was when it was opened, and miss keys that are revoked later.
            Dispose();
        }

        return number;
    }

    private long Read(SqliteStatement prepared)
    {
        try
        {
            rows.Clear();
            prepared.ReadAll(row => row.Int64(0), rows);
            return rows.Single();
        }
        catch (SqliteException)
        {
            // Do not reuse a connection after a fault.
            Dispose();
            throw;
        }
    }
}
