using Entourage.Application.Ledger;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Runs the ledger's work in transactions of one database. It bypasses Entity Framework's change tracker, because every usage and every
/// budget check takes this path.
/// </summary>
internal interface ILedgerTransactions
{
    /// <summary>
    /// Runs work in a transaction that can write, and commits it. Once the work has locked its organisations, no other transaction
    /// changes their counters until this one ends, in this process or another.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="continues">Asked at the end: whether more work waits, so that a process which shares the store should go on; null for no.</param>
    /// <param name="cancellationToken">Cancels the wait for other writers.</param>
    Task WriteAsync(Func<ILedgerStore, Task> work, Func<bool>? continues, CancellationToken cancellationToken);

    /// <summary>Runs work in the transaction of a context, so that it is committed together with the context's changes.</summary>
    Task WithinAsync(EntourageDb db, Func<ILedgerStore, Task> work);

    /// <summary>Checks the budgets of some work.</summary>
    /// <exception cref="Application.Errors.NotFoundException">There is no such agent, or no such task in its team.</exception>
    Task<BudgetStanding> ReadStandingAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Says what to do about an exception of a transaction; null if the store did not cause it.</summary>
    LedgerFault? ClassifyFault(Exception fault);
}

/// <summary>What to do about a fault of the store.</summary>
internal enum LedgerFault
{
    /// <summary>Nothing was committed, and the same work may succeed at once. Examples are a deadlock and a key that another replica used first.</summary>
    Rerun,

    /// <summary>The connection was lost, perhaps after the commit. Check whether it succeeded before you rerun the work.</summary>
    Unknown,

    /// <summary>The store cannot write. Give up.</summary>
    Unavailable,
}
