using System.Collections.Concurrent;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Ledger;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Infrastructure.Tests.Ledger;

/// <summary>A fault of a transaction.</summary>
internal enum Fault
{
    /// <summary>No fault, but it waits until the test releases it.</summary>
    Wait,

    /// <summary>It waits until the test releases it and then cannot write.</summary>
    WaitAndFail,

    /// <summary>The connection is lost after the commit, so its result is unknown.</summary>
    LostAfterCommit,

    /// <summary>The connection is lost before the commit.</summary>
    LostBeforeCommit,

    /// <summary>A conflict with another transaction.</summary>
    Deadlock,

    /// <summary>The store cannot write.</summary>
    Full,

    /// <summary>A bug in this program.</summary>
    Mistake,
}

/// <summary>A real store with faults in a given order.</summary>
internal sealed class FaultyStore(ILedgerTransactions store) : ILedgerTransactions
{
    private readonly TaskCompletionSource release = new();

    public ConcurrentQueue<Fault> Faults { get; } = new();

    public void Release() => release.SetResult();

    public async Task WriteAsync(Func<ILedgerStore, Task> work, Func<bool>? continues, CancellationToken cancellationToken)
    {
        if (!Faults.TryDequeue(out var fault))
        {
            await store.WriteAsync(work, continues, cancellationToken);
            return;
        }

        if (fault is Fault.Wait or Fault.WaitAndFail)
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
            continues,
            cancellationToken);
        if (fault == Fault.LostAfterCommit)
        {
            throw new FaultException(fault);
        }
    }

    public Task WithinAsync(EntourageDb db, Func<ILedgerStore, Task> work) => store.WithinAsync(db, work);

    public Task<BudgetStanding> ReadStandingAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.ReadStandingAsync(subject, now, cancellationToken);

    public LedgerFault? ClassifyFault(Exception fault) => fault is FaultException { Fault: var kind }
        ? kind switch
        {
            Fault.LostAfterCommit or Fault.LostBeforeCommit => LedgerFault.Unknown,
            Fault.Deadlock => LedgerFault.Rerun,
            Fault.Full or Fault.WaitAndFail => LedgerFault.Unavailable,
            _ => null,
        }
        : store.ClassifyFault(fault);

    private sealed class FaultException(Fault fault) : Exception(fault.ToString())
    {
        public Fault Fault { get; } = fault;
    }
}
