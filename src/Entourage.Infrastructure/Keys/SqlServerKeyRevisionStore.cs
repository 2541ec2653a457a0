using Entourage.Infrastructure.Ledger.SqlServer;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Keys;

/// <summary>Reads the key revision from SQL Server, in one round trip on a pooled connection.</summary>
internal sealed class SqlServerKeyRevisionStore(string connectionString, IOptions<DatabaseOptions> options) : IKeyRevisionStore
{
    // A separate pool, so that authentication does not wait for requests in progress.
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
