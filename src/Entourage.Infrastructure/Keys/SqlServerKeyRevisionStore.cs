using Entourage.Infrastructure.Ledger.SqlServer;
using Entourage.Infrastructure.Persistence;
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
        var patience = new RetryPatience(TimeSpan.FromSeconds(options.Value.CommandTimeoutSeconds));
        while (true)
        {
            try
            {
                return await ReadOnceAsync();
            }
            catch (Exception exception) when (SqlServerFaults.IsTransient(exception))
            {
                if (!await patience.WaitAsync(CancellationToken.None))
                {
                    throw;
                }
            }
        }
    }

    private async Task<long> ReadOnceAsync()
    {
        var connection = new SqlConnection(connectionString);
        await using var closing = connection.Quietly();
        await connection.OpenMarkedAsync(CancellationToken.None);
        await using var command = SqlServerStatements.SelectKeyRevision();
        (command.Connection, command.CommandTimeout) = (connection, options.Value.CommandTimeoutSeconds);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
