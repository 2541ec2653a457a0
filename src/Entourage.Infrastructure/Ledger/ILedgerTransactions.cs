using Entourage.Application.Ledger;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// The few statements of the ledger, in the dialect of one database. They bypass the change tracker: this is the path that
/// every usage and every budget check takes.
/// </summary>
internal interface ILedgerTransactions
{
    /// <summary>
    /// Runs work in a transaction that can write, and commits it. While it runs, no other such transaction counts for the
    /// same organisations, in this process or another.
    /// </summary>
    Task WriteAsync(Func<ILedgerStore, Task> work, CancellationToken cancellationToken);

    /// <summary>Runs work in the transaction that a context is in, for what has to be committed together with changes made through the context.</summary>
    Task WithinAsync(EntourageDb db, Func<ILedgerStore, Task> work);

    /// <summary>Runs work that reads only.</summary>
    Task<T> ReadAsync<T>(Func<ILedgerReader, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>What a fault means for the transaction that met it; null when it is not the store's.</summary>
    LedgerFault? ClassifyFault(Exception fault);
}

/// <summary>What to do about a fault of the store.</summary>
internal enum LedgerFault
{
    /// <summary>Nothing was committed, and the same work may succeed at once: a deadlock, a key that another replica took.</summary>
    Rerun,

    /// <summary>The connection was lost, perhaps after the commit: look before running the work again.</summary>
    Unknown,

    /// <summary>The store cannot write: give up.</summary>
    Unavailable,
}
