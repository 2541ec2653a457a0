using Entourage.Infrastructure.Ledger;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Keys;

/// <summary>The revision of keys in SQL Server: a round trip on a connection that is kept for it.</summary>
internal sealed class SqlServerKeyRevisionStore(string connectionString, IOptions<DatabaseOptions> options) : IKeyRevisionStore
{
    // A pool of its own: who is to be let in does not wait for those who were.
    private readonly string connectionString = new SqlConnectionStringBuilder(connectionString) { ApplicationName = "Entourage keys" }.ToString();

    public async ValueTask<long> ReadAsync()
    {
        await using var connection = new SqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = SqlServerStatements.SelectKeyRevision();
        (command.Connection, command.CommandTimeout) = (connection, options.Value.CommandTimeoutSeconds);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
