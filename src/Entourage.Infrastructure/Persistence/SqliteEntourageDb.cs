using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Infrastructure.Persistence;

/// <summary>The context for an SQLite file.</summary>
/// <param name="options">The connection options.</param>
/// <param name="gate">Serialises the writers of the file.</param>
internal sealed class SqliteEntourageDb(DbContextOptions<SqliteEntourageDb> options, SqliteWriteGate gate) : EntourageDb(options)
{
    private const int UniqueIndex = 2067; // SQLITE_CONSTRAINT_UNIQUE
    private const int PrimaryKey = 1555; // SQLITE_CONSTRAINT_PRIMARYKEY

    /// <inheritdoc/>
    public override async Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var pass = await gate.EnterAsync(cancellationToken);
        return await base.InTransactionAsync(work, cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<T> InSnapshotAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        SqliteTransaction? reading = null;
        try
        {
            // Deferred, so that it blocks no writer. Its snapshot is that of the first read.
            await using var transaction = await BeginAsync(
                async began =>
                {
                    await Database.OpenConnectionAsync(began);
                    reading = ((SqliteConnection)Database.GetDbConnection()).BeginTransaction(deferred: true);
                    return (await Database.UseTransactionAsync(reading, began))!;
                },
                cancellationToken);
            var result = await work(cancellationToken);
            await transaction.CommitAsync();
            return result;
        }
        finally
        {
            // Entity Framework leaves a transaction open that it did not begin, which would block the next one if the work has failed.
            await reading.DisposeQuietlyAsync();
        }
    }

    /// <inheritdoc/>
    public override Task LockOrganisationAsync(Guid organisationId, CancellationToken cancellationToken) =>
        // A file admits one writing transaction, from its beginning.
        Database.CurrentTransaction is null ? throw NoTransaction() : Task.CompletedTask;

    /// <inheritdoc/>
    protected override async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var transaction = await BeginAsync(Database.BeginTransactionAsync, cancellationToken);
        var result = await work(cancellationToken);
        await transaction.CommitAsync();
        return result;
    }

    /// <inheritdoc/>
    protected override bool IsDuplicate(Exception? fault) => fault is SqliteException { SqliteExtendedErrorCode: UniqueIndex or PrimaryKey };

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicksConverter>();
        configurationBuilder.Properties<Guid>().HaveConversion<IdBytesConverter>();
    }
}
