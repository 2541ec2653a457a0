using System.Data.Common;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Ledger.Sqlite;

/// <summary>
/// The ledger on SQLite. It has its own connections, and runs a statement for each row, because sending several at once saves nothing
/// within one process.
/// </summary>
internal sealed class SqliteLedgerTransactions(SqliteConnections connections, SqliteWriteGate gate, BudgetRuleLists rules, IOptions<DatabaseOptions> options)
    : ILedgerTransactions, IDisposable
{
    private const int Constraint = 19; // SQLITE_CONSTRAINT
    private const int PrimaryKey = 1555; // SQLITE_CONSTRAINT_PRIMARYKEY
    private const int UniqueIndex = 2067; // SQLITE_CONSTRAINT_UNIQUE

    private readonly SqliteBudgetChecks checks = new(connections, rules, options.Value.VerifyImage);
    private SqliteLedger? writer;

    // The file has one writer for all.
    public ValueTask<IReadOnlyCollection<Guid>> FindOrganisationsAsync(IReadOnlyList<LedgerEntry> entries) => ValueTask.FromResult<IReadOnlyCollection<Guid>>([]);

    // The connection to a file cannot be lost, so every commit is confirmed.
    public async Task<Guid?> WriteAsync(LedgerTurn turn, Func<ILedgerStore, Task> work, CancellationToken cancellationToken)
    {
        using var pass = await gate.EnterAsync(cancellationToken);
        writer ??= new(await connections.OpenWriterAsync(cancellationToken), new LedgerImage(options.Value.VerifyImage));
        try
        {
            await writer.BeginWritingAsync(cancellationToken);
            try
            {
                await work(writer);
                checks.Commit(writer);
                pass.Continues = turn.Continues();
                return null;
            }
            catch
            {
                writer.Rollback();
                throw;
            }
        }
        catch (DbException)
        {
            // Do not reuse a connection after a fault.
            writer.Dispose();
            writer = null;
            throw;
        }
    }

    public async Task WithinAsync(EntourageDb db, Func<ILedgerStore, Task> work)
    {
        // The context keeps its connection. Only the statements are disposed here.
        using var ledger = new SqliteLedger((SqliteConnection)db.Database.GetDbConnection(), ownsConnection: false);
        await work(ledger);
    }

    public Task<BudgetStanding> ReadStandingAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        checks.ReadAsync(subject, now, cancellationToken);

    public LedgerFault? ClassifyFault(Exception fault) => fault switch
    {
        LedgerConflictException => LedgerFault.Rerun,

        // Another process was first. Any other violated constraint is a bug, and would be violated again.
        SqliteException { SqliteExtendedErrorCode: PrimaryKey or UniqueIndex } => LedgerFault.Rerun,
        SqliteException { SqliteErrorCode: Constraint } => null,

        // A connection to a file cannot be lost, so a failed transaction was not committed. The wait for a busy file is over.
        DbException => LedgerFault.Unavailable,
        _ => null,
    };

    public void Dispose()
    {
        writer?.Dispose();
        checks.Dispose();
    }
}
