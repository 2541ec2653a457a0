using Entourage.Application.Errors;
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>The store in an SQLite file.</summary>
/// <param name="options">How to connect.</param>
/// <param name="gate">Lets one writer of this process in at a time.</param>
public sealed class SqliteEntourageDb(DbContextOptions<SqliteEntourageDb> options, SqliteWriteGate gate) : EntourageDb(options)
{
    private const int UniqueIndex = 2067; // SQLITE_CONSTRAINT_UNIQUE
    private const int PrimaryKey = 1555; // SQLITE_CONSTRAINT_PRIMARYKEY

    private SqliteTransaction? reading;

    /// <inheritdoc/>
    public override async Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var turn = await gate.EnterAsync(cancellationToken);
        return await base.InTransactionAsync(work, cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<T> InSnapshotAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await base.InSnapshotAsync(work, cancellationToken);
        }
        finally
        {
            // Entity Framework leaves a transaction open that it did not begin, and work that failed would keep the next from beginning.
            await (reading?.DisposeAsync() ?? default);
            reading = null;
        }
    }

    /// <inheritdoc/>
    protected override async Task<IDbContextTransaction> BeginReadingAsync(CancellationToken cancellationToken)
    {
        // Deferred: it keeps no writer waiting, and sees what was there when it first read.
        await Database.OpenConnectionAsync(cancellationToken);
        reading = ((SqliteConnection)Database.GetDbConnection()).BeginTransaction(deferred: true);
        return (await Database.UseTransactionAsync(reading, cancellationToken))!;
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

/// <summary>
/// Lets the writers of this process into the SQLite file one at a time and in turn. The file admits one writer anyway, but makes
/// the others poll, which is slow and unfair. Correctness does not rest on it: other processes have a gate of their own.
/// </summary>
/// <param name="options">How long one waits.</param>
public sealed class SqliteWriteGate(IOptions<DatabaseOptions> options) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Waits for the turn; disposing what it returns passes the turn on.</summary>
    /// <exception cref="StoreUnavailableException">
    /// It did not come in time. While another process holds the file each turn lasts as long as that, and the turns would add up.
    /// </exception>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken) =>
        await turn.WaitAsync(TimeSpan.FromSeconds(options.Value.CommandTimeoutSeconds), cancellationToken)
            ? new Turn(turn)
            : throw new StoreUnavailableException("The store is busy. Nothing was recorded.");

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
