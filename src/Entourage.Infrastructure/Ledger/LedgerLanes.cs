using System.Diagnostics;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Observability;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// The callers that wait for the ledger, in a lane for each organisation. Each lane is written by one task at a time, and the lanes side by side. Callers
/// that concern several organisations, or unknown ones, share a lane.
/// </summary>
/// <param name="writeAsync">Writes the callers that wait in a lane, or some of them.</param>
/// <param name="maxEntries">How many entries are taken from a lane at once at most. The entries of a caller stay together.</param>
internal sealed class LedgerLanes(Func<LedgerLane, Task> writeAsync, int maxEntries) : IDisposable
{
    // Each needs a connection.
    private const int MaxConcurrent = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, LedgerLane> lanes = [];
    private readonly SemaphoreSlim slots = new(MaxConcurrent);
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isClosed;
    private int waiting;

    /// <summary>The number of entries that wait for a transaction.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Adds a caller to the lane of its organisations.</summary>
    /// <returns>False if the lanes are closed.</returns>
    public bool TryAdd(LedgerCaller caller, IReadOnlyCollection<Guid> organisations)
    {
        var key = organisations.Count == 1 ? organisations.Single() : Guid.Empty;
        LedgerLane? idle = null;
        lock (gate)
        {
            if (isClosed)
            {
                return false;
            }

            if (!lanes.TryGetValue(key, out var lane))
            {
                lanes.Add(key, lane = idle = new(key));
            }

            lane.Callers.Enqueue(caller);
            waiting += caller.Entries.Count;
        }

        if (idle is not null)
        {
            _ = Task.Run(() => RunAsync(idle));
        }

        return true;
    }

    /// <summary>Takes the next callers of a lane.</summary>
    public IReadOnlyList<LedgerCaller> Take(LedgerLane lane)
    {
        lock (gate)
        {
            var (callers, count) = (new List<LedgerCaller>(lane.Callers.Count), 0);
            while (count < maxEntries && lane.Callers.TryDequeue(out var caller))
            {
                callers.Add(caller);
                count += caller.Entries.Count;
            }

            waiting -= count;
            return callers;
        }
    }

    /// <summary>Takes all callers of a lane.</summary>
    public IReadOnlyList<LedgerCaller> TakeAll(LedgerLane lane)
    {
        lane.Continues = false;
        var all = new List<LedgerCaller>();
        while (Take(lane) is { Count: > 0 } some)
        {
            all.AddRange(some);
        }

        return all;
    }

    /// <summary>
    /// Whether to write a lane again at once, because callers wait in it and no other lane waits for a slot. The lane then keeps its slot, so that it does
    /// not wait for one with its organisation locked.
    /// </summary>
    public bool Continues(LedgerLane lane)
    {
        lock (gate)
        {
            return lane.Continues = lane.Callers.Count > 0 && slots.CurrentCount > 0;
        }
    }

    /// <summary>Refuses further callers.</summary>
    /// <returns>A task that ends when all lanes are empty.</returns>
    public Task CloseAsync()
    {
        lock (gate)
        {
            isClosed = true;
            if (lanes.Count == 0)
            {
                drained.TrySetResult();
            }

            return drained.Task;
        }
    }

    public void Dispose() => slots.Dispose();

    private async Task RunAsync(LedgerLane lane)
    {
        do
        {
            await slots.WaitAsync();
            try
            {
                do
                {
                    lane.Continues = false;
                    await writeAsync(lane);
                }
                while (lane.Continues);
            }
            finally
            {
                slots.Release();
            }
        }
        while (!TryRemove(lane));
    }

    private bool TryRemove(LedgerLane lane)
    {
        lock (gate)
        {
            if (lane.Callers.Count > 0)
            {
                return false;
            }

            lanes.Remove(lane.Key);
            if (isClosed && lanes.Count == 0)
            {
                drained.TrySetResult();
            }

            return true;
        }
    }
}

/// <summary>A lane.</summary>
/// <param name="key">Its organisation; empty for callers that concern several or unknown ones.</param>
internal sealed class LedgerLane(Guid key)
{
    public Guid Key => key;

    /// <summary>The organisations to lock before the callers are taken.</summary>
    public IReadOnlyCollection<Guid> Organisations { get; } = key == Guid.Empty ? [] : [key];

    /// <summary>Whether its turn goes on. Used by its task alone.</summary>
    internal bool Continues { get; set; }

    /// <summary>The callers that wait. Guarded by the lanes.</summary>
    internal Queue<LedgerCaller> Callers { get; } = new();
}

/// <summary>The entries of a waiting caller.</summary>
internal sealed class LedgerCaller(IReadOnlyList<LedgerEntry> entries)
{
    // The caller's continuation must not run on the writer's thread.
    private readonly TaskCompletionSource<IReadOnlyList<LedgerOutcome>> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<LedgerEntry> Entries { get; } = entries;

    /// <summary>The trace of the caller's request, if traces are collected.</summary>
    public ActivityContext Trace { get; } = LedgerTraces.Caller;

    public Task<IReadOnlyList<LedgerOutcome>> Task => completion.Task;

    public void Finish(IReadOnlyList<LedgerOutcome> outcomes) => completion.SetResult(outcomes);

    public void Fail(Exception exception) => completion.SetException(exception);
}
