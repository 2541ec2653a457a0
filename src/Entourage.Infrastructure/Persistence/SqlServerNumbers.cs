using Entourage.Infrastructure.Ledger.SqlServer;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Advances the identities and versions of a SQL Server database after its own RESTORE.</summary>
internal sealed class SqlServerNumbers(string connectionString, IOptions<DatabaseOptions> options, IServiceScopeFactory scopes) : IStoreNumbers
{
    public async Task<MovedNumbers> MoveAsync(DateTimeOffset now)
    {
        await EnsureMigratedAsync();
        await using var connection = new SqlConnection(connectionString);
        await connection.OpenAsync();
        await using var transaction = (SqlTransaction)await connection.BeginTransactionAsync();
        var greatest = await RunAsync(SqlServerStatements.SelectGreatestNumber(), command => command.ExecuteScalarAsync()) as long? ?? 0;
        var start = RestoredNumbers.StartAfter(greatest, now);
        await RunAsync(SqlServerStatements.MoveNumbers(start), command => command.ExecuteNonQueryAsync());
        var active = await RunAsync(SqlServerStatements.CountValidKeys(now), command => command.ExecuteScalarAsync()) as long? ?? 0;
        var names = await RunAsync(SqlServerStatements.SelectValidKeys(now), ReadNamesAsync);
        await transaction.CommitAsync();
        return new(start, [], ShowsRevocations: false, active, names);

        async Task<T> RunAsync<T>(SqlCommand command, Func<SqlCommand, Task<T>> run)
        {
            await using (command)
            {
                (command.Connection, command.Transaction, command.CommandTimeout) = (connection, transaction, options.Value.CommandTimeoutSeconds);
                return await run(command);
            }
        }
    }

    private static async Task<IReadOnlyList<string>> ReadNamesAsync(SqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private async Task EnsureMigratedAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        if ((await scope.ServiceProvider.GetRequiredService<EntourageDb>().Database.GetPendingMigrationsAsync()).FirstOrDefault() is { } missing)
        {
            throw new IOException($"The database lacks the migration {missing}. Apply the migrations as described in docs/operations.md, then repeat this command.");
        }
    }
}
