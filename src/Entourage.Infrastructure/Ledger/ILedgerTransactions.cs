using Entourage.Application.Ledger;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Runs the ledger's work in transactions of one database. It bypasses Entity Framework's change tracker, because every usage and every
/// budget check takes this path.
/// </summary>
internal interface ILedgerTransactions
{
    /// <summary>The organisations that entries concern, as far as they exist. Empty if the store has one writer for all.</summary>
    ValueTask<IReadOnlyCollection<Guid>> FindOrganisationsAsync(IReadOnlyList<LedgerEntry> entries);

    /// <summary>
    /// Runs work in a transaction that can write, and commits it. Once the work has locked its organisations, no other transaction
    /// changes their counters until this one ends, in this process or another.
    /// </summary>
    /// <param name="turn">The transaction.</param>
    /// <param name="work">The work. It begins when the organisations of the turn are locked.</param>
    /// <param name="cancellationToken">Cancels the wait for other writers.</param>
    /// <returns>Null; or the marker of an earlier attempt that turns out to be committed, in which case the work has not run.</returns>
    /// <exception cref="UnconfirmedCommitException">The transaction may have been committed.</exception>
    Task<Guid?> WriteAsync(LedgerTurn turn, Func<ILedgerStore, Task> work, CancellationToken cancellationToken);

    /// <summary>Runs work in the transaction of a context, so that it is committed together with the context's changes.</summary>
    Task WithinAsync(EntourageDb db, Func<ILedgerStore, Task> work);

    /// <summary>Checks the budgets of some work.</summary>
    /// <exception cref="Application.Errors.NotFoundException">There is no such agent, or no such task in its team.</exception>
    Task<BudgetStanding> ReadStandingAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Says what to do about an exception of a transaction other than <see cref="UnconfirmedCommitException"/>; null if the store did not cause it.
    /// </summary>
    LedgerFault? ClassifyFault(Exception fault);
}

/// <summary>What to do about a fault of the store. Nothing was committed.</summary>
internal enum LedgerFault
{
    /// <summary>Run the work again. Examples are a deadlock, a key that another replica used first, and a server that cannot be reached.</summary>
    Rerun,

    /// <summary>Give up, because the store cannot write.</summary>
    Unavailable,
}
