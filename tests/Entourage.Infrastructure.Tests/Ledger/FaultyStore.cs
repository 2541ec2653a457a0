using System.Collections.Concurrent;
using System.Reflection;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Ledger;
using Entourage.Infrastructure.Ledger.Sqlite;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Infrastructure.Tests.Ledger;

/// <summary>A fault of a transaction.</summary>
internal enum Fault
{
    /// <summary>No fault.</summary>
    None,

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

    /// <summary>The store can be read but cannot write.</summary>
    FullOnSave,

    /// <summary>A bug in this program.</summary>
    Mistake,
}

/// <summary>A real store with faults in a given order.</summary>
internal sealed class FaultyStore(ILedgerTransactions store) : ILedgerTransactions
{
    private readonly TaskCompletionSource release = new();
    private readonly ConcurrentDictionary<Guid, bool> committed = new();

    public ConcurrentQueue<Fault> Faults { get; } = new();

    public void Release() => release.SetResult();

    public ValueTask<IReadOnlyCollection<Guid>> FindOrganisationsAsync(IReadOnlyList<LedgerEntry> entries) => store.FindOrganisationsAsync(entries);

    public async Task<Guid?> WriteAsync(LedgerTurn turn, Func<ILedgerStore, Task> work, CancellationToken cancellationToken)
    {
        Faults.TryDequeue(out var fault);
        if (turn.Unconfirmed.Count > 0 && fault is not (Fault.None or Fault.LostAfterCommit))
        {
            // It cannot look either.
            throw new FaultException(fault);
        }

        if (turn.Unconfirmed.LastOrDefault(committed.ContainsKey) is var marker && marker != Guid.Empty)
        {
            return marker;
        }

        Guid? result;
        try
        {
            result = await store.WriteAsync(turn, writes => work(InterruptedStore.Of(writes, InterruptAsync, SaveAsync)), cancellationToken);
        }
        catch (FaultException exception) when (exception.Fault == Fault.LostBeforeCommit)
        {
            throw new UnconfirmedCommitException(exception);
        }

        if (fault == Fault.LostAfterCommit)
        {
            // SQL Server finds the marker itself.
            committed[store is SqliteLedgerTransactions ? turn.Marker : Guid.Empty] = true;
            throw new UnconfirmedCommitException(new FaultException(fault));
        }

        return result;

        async Task InterruptAsync()
        {
            if (fault is Fault.Wait or Fault.WaitAndFail)
            {
                await release.Task;
            }

            if (fault is not (Fault.None or Fault.Wait or Fault.LostAfterCommit or Fault.FullOnSave))
            {
                throw new FaultException(fault);
            }
        }

        Task SaveAsync() => fault == Fault.FullOnSave ? Task.FromException(new FaultException(fault)) : Task.CompletedTask;
    }

    public Task WithinAsync(EntourageDb db, Func<ILedgerStore, Task> work) => store.WithinAsync(db, work);

    public Task<BudgetStanding> ReadStandingAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.ReadStandingAsync(subject, now, cancellationToken);

    public LedgerFault? ClassifyFault(Exception fault) => fault is FaultException { Fault: var kind }
        ? kind switch
        {
            Fault.Deadlock or Fault.LostBeforeCommit => LedgerFault.Rerun,
            Fault.Full or Fault.FullOnSave or Fault.WaitAndFail => LedgerFault.Unavailable,
            _ => null,
        }
        : store.ClassifyFault(fault);

    private sealed class FaultException(Fault fault) : Exception(fault.ToString())
    {
        public Fault Fault { get; } = fault;
    }
}

/// <summary>A store in which something happens before the first read, when the entries have been taken, and before the changes are saved.</summary>
#pragma warning disable CA1852 // DispatchProxy derives from it.
internal class InterruptedStore : DispatchProxy
#pragma warning restore CA1852
{
    private ILedgerStore store = null!;
    private Func<Task> beforeReadAsync = null!;
    private Func<Task> beforeSaveAsync = null!;

    public static ILedgerStore Of(ILedgerStore store, Func<Task> beforeReadAsync, Func<Task> beforeSaveAsync)
    {
        var interrupted = Create<ILedgerStore, InterruptedStore>();
        ((InterruptedStore)(object)interrupted).store = store;
        ((InterruptedStore)(object)interrupted).beforeReadAsync = beforeReadAsync;
        ((InterruptedStore)(object)interrupted).beforeSaveAsync = beforeSaveAsync;
        return interrupted;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        return targetMethod!.Name switch
        {
            nameof(ILedgerStore.ReadAheadAsync) => CallAfterAsync(beforeReadAsync),
            nameof(ILedgerStore.SaveAsync) => CallAfterAsync(beforeSaveAsync),
            _ => Call(),
        };

        object? Call() => targetMethod.Invoke(store, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);

        async Task CallAfterAsync(Func<Task> beforeAsync)
        {
            await beforeAsync();
            await (Task)Call()!;
        }
    }
}
