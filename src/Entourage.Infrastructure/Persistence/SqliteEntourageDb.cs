using Entourage.Application.Errors;
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>The context for an SQLite file.</summary>
/// <param name="options">The connection options.</param>
/// <param name="gate">Serialises the writers of this process.</param>
internal sealed class SqliteEntourageDb(DbContextOptions<SqliteEntourageDb> options, SqliteWriteGate gate) : EntourageDb(options)
{
    private const int UniqueIndex = 2067; // SQLITE_CONSTRAINT_UNIQUE
    private const int PrimaryKey = 1555; // SQLITE_CONSTRAINT_PRIMARYKEY

    private SqliteTransaction? reading;

    /// <inheritdoc/>
    public override async Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var pass = await gate.EnterAsync(cancellationToken);
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
            // Entity Framework leaves a transaction open that it did not begin, which would block the next one if the work has failed.
            await (reading?.DisposeAsync() ?? default);
            reading = null;
        }
    }

    /// <inheritdoc/>
    protected override async Task<IDbContextTransaction> BeginReadingAsync(CancellationToken cancellationToken)
    {
        // Deferred, so that it blocks no writer. Its snapshot is that of the first read.
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
/// Serialises the writers of this process, in the order of their arrival. SQLite admits one writer anyway, but makes the others poll, which
/// is slow and unfair. Correctness does not depend on it, since other processes have their own gate.
/// </summary>
/// <param name="options">The timeout.</param>
internal sealed class SqliteWriteGate(IOptions<DatabaseOptions> options) : IDisposable
{
    private readonly SemaphoreSlim semaphore = new(1, 1);

    /// <summary>Waits to write. Dispose the result to admit the next writer.</summary>
    /// <exception cref="StoreUnavailableException">
    /// The wait took too long. While another process locks the file, every writer waits that long, and the waits would add up.
    /// </exception>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken) =>
        await semaphore.WaitAsync(TimeSpan.FromSeconds(options.Value.CommandTimeoutSeconds), cancellationToken)
            ? new Pass(semaphore)
            : throw new StoreUnavailableException("The store is busy. Nothing was recorded. Send the request again later.");

    /// <inheritdoc/>
    public void Dispose() => semaphore.Dispose();

    private sealed class Pass(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
