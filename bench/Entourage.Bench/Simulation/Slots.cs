namespace Entourage.Bench.Simulation;

/// <summary>A number of slots, granted first in, first out. A single slot is a lock.</summary>
/// <param name="count">The number of slots.</param>
internal sealed class Slots(int count)
{
    private readonly Queue<TaskCompletionSource> waiting = new();

    /// <summary>The number of free slots.</summary>
    public int Free { get; private set; } = count;

    /// <summary>Waits for a slot.</summary>
    public Task TakeAsync()
    {
        if (Free > 0)
        {
            Free--;
            return Task.CompletedTask;
        }

        var granted = new TaskCompletionSource();
        waiting.Enqueue(granted);
        return granted.Task;
    }

    /// <summary>Gives a slot to the next one that waits.</summary>
    public void Release()
    {
        if (waiting.TryDequeue(out var next))
        {
            next.SetResult();
        }
        else
        {
            Free++;
        }
    }
}
