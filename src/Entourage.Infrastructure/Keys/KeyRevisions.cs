using Entourage.Application.Keys;

namespace Entourage.Infrastructure.Keys;

/// <summary>Reads the row that says how often keys were revoked.</summary>
internal interface IKeyRevisionStore
{
    /// <summary>The number. Nobody asks for it twice at once.</summary>
    ValueTask<long> ReadAsync();
}

/// <summary>One read of the store for all requests that wait for one.</summary>
internal sealed class KeyRevisions(IKeyRevisionStore store) : IKeyRevision, IThreadPoolWorkItem
{
    private readonly Lock gate = new();
    private TaskCompletionSource<long>? gathering;
    private bool isAtWork;

    /// <remarks>Who leaves meanwhile is answered all the same: to wait for that, too, would cost everybody more than the read.</remarks>
    public ValueTask<long> ReadAsync(CancellationToken cancellationToken)
    {
        Task<long> answer;
        bool isFirst;
        lock (gate)
        {
            gathering ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            answer = gathering.Task;
            (isFirst, isAtWork) = (!isAtWork, true);
        }

        if (isFirst)
        {
            Queue();
        }

        return new(answer);
    }

    /// <inheritdoc/>
    public void Execute() => _ = ServeAsync();

    // Behind the requests that have come in already: these join before the read begins.
    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private async Task ServeAsync()
    {
        TaskCompletionSource<long> served;
        lock (gate)
        {
            // Whoever asks from here on is not answered by this read: it may miss a revocation that they know of.
            (served, gathering) = (gathering!, null);
        }

        try
        {
            served.SetResult(await store.ReadAsync());
        }
        catch (Exception fault)
        {
            served.SetException(fault);
        }

        lock (gate)
        {
            if (gathering is null)
            {
                isAtWork = false;
                return;
            }
        }

        Queue();
    }
}
