namespace Entourage.Bench.Simulation;

/// <summary>
/// Simulated time. Whatever waits for it runs on the thread of <see cref="Run"/>, one after the other, and in the same order each time: as a
/// synchronization context, it gets all continuations that would otherwise run on other threads.
/// </summary>
internal sealed class Clock : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> ready = new();
    private readonly PriorityQueue<TaskCompletionSource, (double Time, long Number)> events = new();
    private long number;

    /// <summary>The seconds since the start.</summary>
    public double Now { get; private set; }

    /// <summary>Starts work that nothing waits for. <see cref="Run"/> throws its exception.</summary>
    public void Start(Func<Task> work) => Post(async _ => await work(), null);

    /// <summary>Waits for some seconds.</summary>
    public Task WaitAsync(double seconds)
    {
        // The number orders events of the same time.
        var due = new TaskCompletionSource();
        events.Enqueue(due, (Now + seconds, number++));
        return due.Task;
    }

    /// <summary>Lets time pass until a given second.</summary>
    public void Run(double until)
    {
        var previous = Current;
        SetSynchronizationContext(this);
        try
        {
            RunReady();
            while (events.TryPeek(out _, out var next) && next.Time <= until)
            {
                Now = next.Time;
                events.Dequeue().SetResult();
                RunReady();
            }

            Now = until;
        }
        finally
        {
            SetSynchronizationContext(previous);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => ready.Enqueue((d, state));

    private void RunReady()
    {
        while (ready.TryDequeue(out var next))
        {
            next.Callback(next.State);
        }
    }
}
