using System.Collections.Concurrent;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Ledger;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Infrastructure.Tests.Ledger;

/// <summary>What goes wrong with a transaction.</summary>
internal enum Fault
{
    /// <summary>Nothing, but it waits until the test lets it go.</summary>
    Wait,

    /// <summary>It waits until the test lets it go, and then cannot write.</summary>
    WaitInVain,

    /// <summary>The connection is lost after the commit, and nobody hears of it.</summary>
    LostAfterCommit,

    /// <summary>The connection is lost before the commit.</summary>
    LostBeforeCommit,

    /// <summary>Another transaction is in the way.</summary>
    Deadlock,

    /// <summary>The store cannot write.</summary>
    Full,

    /// <summary>A mistake of this program.</summary>
    Mistake,
}

/// <summary>A real store, some of whose transactions go wrong in a given order.</summary>
internal sealed class FaultyStore(ILedgerStore store) : ILedgerStore
{
    private readonly TaskCompletionSource release = new();

    public ConcurrentQueue<Fault> Faults { get; } = new();

    public void Release() => release.SetResult();

    public async Task WriteAsync(Func<ILedgerWrites, Task> work, CancellationToken cancellationToken)
    {
        if (!Faults.TryDequeue(out var fault))
        {
            await store.WriteAsync(work, cancellationToken);
            return;
        }

        if (fault is Fault.Wait or Fault.WaitInVain)
        {
            await release.Task;
        }

        await store.WriteAsync(
            async writes =>
            {
                await work(writes);
                if (fault is not (Fault.Wait or Fault.LostAfterCommit))
                {
                    throw new FaultException(fault);
                }
            },
            cancellationToken);
        if (fault == Fault.LostAfterCommit)
        {
            throw new FaultException(fault);
        }
    }

    public Task WithinAsync(EntourageDb db, Func<ILedgerWrites, Task> work) => store.WithinAsync(db, work);

    public Task<T> ReadAsync<T>(Func<ILedgerReads, Task<T>> work, CancellationToken cancellationToken) => store.ReadAsync(work, cancellationToken);

    public LedgerFault? ClassifyFault(Exception fault) => fault is FaultException { Fault: var kind }
        ? kind switch
        {
            Fault.LostAfterCommit or Fault.LostBeforeCommit => LedgerFault.Unknown,
            Fault.Deadlock => LedgerFault.Rerun,
            Fault.Full or Fault.WaitInVain => LedgerFault.Unavailable,
            _ => null,
        }
        : store.ClassifyFault(fault);

    private sealed class FaultException(Fault fault) : Exception(fault.ToString())
    {
        public Fault Fault { get; } = fault;
    }
}
