namespace Entourage.Bench.Simulation;

/// <summary>The transaction log of a database. Commits that arrive during a flush share the next one.</summary>
/// <param name="clock">The clock.</param>
/// <param name="flush">The seconds that a flush takes.</param>
/// <param name="bytesPerSecond">The rate of the log; infinite if only flushes count.</param>
internal sealed class CommitLog(Clock clock, double flush, double bytesPerSecond)
{
    private TaskCompletionSource? next;
    private double nextBytes;
    private bool isFlushing;

    /// <summary>The seconds during which it was busy.</summary>
    public double Busy { get; private set; }

    /// <summary>The number of flushes.</summary>
    public long Flushes { get; private set; }

    /// <summary>Waits until a commit is on disk.</summary>
    /// <param name="bytes">The bytes that it adds to the log.</param>
    public Task CommitAsync(double bytes)
    {
        next ??= new();
        nextBytes += bytes;
        var committed = next.Task;
        if (!isFlushing)
        {
            isFlushing = true;
            clock.Start(FlushAsync);
        }

        return committed;
    }

    private async Task FlushAsync()
    {
        while (next is { } commits)
        {
            var seconds = flush + (nextBytes / bytesPerSecond);
            (next, nextBytes) = (null, 0);
            await clock.WaitAsync(seconds);
            Busy += seconds;
            Flushes++;
            commits.SetResult();
        }

        isFlushing = false;
    }
}
