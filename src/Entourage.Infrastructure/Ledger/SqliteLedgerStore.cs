using System.Collections.Concurrent;
using System.Data.Common;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// The ledger on SQLite: on connections of its own, a row at a time, since nothing is saved by sending many at once to a
/// library in the same process.
/// </summary>
internal sealed class SqliteLedgerStore(SqliteConnections connections, SqliteWriteGate gate) : ILedgerStore, IDisposable
{
    private const int Constraint = 19; // SQLITE_CONSTRAINT
    private const int PrimaryKey = 1555; // SQLITE_CONSTRAINT_PRIMARYKEY
    private const int UniqueIndex = 2067; // SQLITE_CONSTRAINT_UNIQUE

    private readonly ConcurrentBag<SqliteLedger> readers = [];
    private SqliteLedger? writer;

    public async Task WriteAsync(Func<ILedgerWrites, Task> work, CancellationToken cancellationToken)
    {
        using var turn = await gate.EnterAsync(cancellationToken);
        writer ??= new(await connections.OpenWriterAsync(cancellationToken));
        try
        {
            await writer.BeginWritingAsync(cancellationToken);
            try
            {
                await work(writer);
                writer.Commit();
            }
            catch
            {
                writer.Rollback();
                throw;
            }
        }
        catch (DbException)
        {
            // A connection that met a fault is not trusted again.
            writer.Dispose();
            writer = null;
            throw;
        }
    }

    public async Task WithinAsync(EntourageDb db, Func<ILedgerWrites, Task> work)
    {
        // The context's connection stays its own: the statements end here, and it is not closed.
        using var ledger = new SqliteLedger((SqliteConnection)db.Database.GetDbConnection(), ownsConnection: false);
        await work(ledger);
    }

    public async Task<T> ReadAsync<T>(Func<ILedgerReads, Task<T>> work, CancellationToken cancellationToken)
    {
        if (!readers.TryTake(out var reader))
        {
            reader = new(await connections.OpenAsync(cancellationToken));
        }

        try
        {
            reader.BeginReading();
            try
            {
                return await work(reader);
            }
            finally
            {
                reader.Rollback();
            }
        }
        catch (DbException)
        {
            reader.Dispose();
            reader = null;
            throw;
        }
        finally
        {
            Keep(reader);
        }
    }

    public LedgerFault? ClassifyFault(Exception fault) => fault switch
    {
        LedgerConflictException => LedgerFault.Rerun,

        // Another process was first. Any other constraint is a mistake that would be made again.
        SqliteException { SqliteExtendedErrorCode: PrimaryKey or UniqueIndex } => LedgerFault.Rerun,
        SqliteException { SqliteErrorCode: Constraint } => null,

        // There is no connection to lose: what failed was not committed. A busy file has been waited for already.
        DbException => LedgerFault.Unavailable,
        _ => null,
    };

    public void Dispose()
    {
        writer?.Dispose();
        while (readers.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    private void Keep(SqliteLedger? reader)
    {
        if (reader is { IsReadOnly: false })
        {
            readers.Add(reader);
        }
        else
        {
            reader?.Dispose();
        }
    }
}
