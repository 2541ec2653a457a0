using System.Collections.Concurrent;
using System.Diagnostics;
using Entourage.Bench.Load;

namespace Entourage.Bench.Servers;

/// <summary>Runs actions when they are due, in the order in which they were added, on one thread.</summary>
internal sealed class DelayLine : IDisposable
{
    private readonly BlockingCollection<(long Due, Action Action)> queue = [];
    private readonly Thread thread;

    /// <summary>Starts the thread.</summary>
    public DelayLine()
    {
        thread = new(Work) { IsBackground = true, Name = "Delay line" };
        thread.Start();
    }

    /// <summary>Adds an action.</summary>
    /// <param name="delay">How long after now the action is due. It runs later if an action before it is due later.</param>
    /// <param name="action">The action. It must not block for long or throw.</param>
    public void Add(TimeSpan delay, Action action) =>
        queue.Add((Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency), action));

    /// <summary>Runs the remaining actions when they are due, then ends the thread.</summary>
    public void Dispose()
    {
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
    }

    private void Work()
    {
        PreciseWait.Sharpen();
        foreach (var (due, action) in queue.GetConsumingEnumerable())
        {
            PreciseWait.Until(due);
            action();
        }
    }
}
