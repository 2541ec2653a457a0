using Entourage.Application.Keys;

namespace Entourage.Infrastructure.Keys;

/// <summary>Reads the key revision, which grows with every revocation of a key.</summary>
internal interface IKeyRevisionStore
{
    /// <summary>Reads the key revision. Calls do not overlap.</summary>
    ValueTask<long> ReadAsync();
}

/// <summary>Shares one read of the key revision among all requests that wait for it.</summary>
internal sealed class KeyRevisions(IKeyRevisionStore store) : IKeyRevision, IThreadPoolWorkItem
{
    private readonly Lock gate = new();
    private TaskCompletionSource<long>? gathering;
    private bool isReading;

    /// <remarks>The token is ignored, because observing it would cost every request more than the read.</remarks>
    public ValueTask<long> ReadAsync(CancellationToken cancellationToken)
    {
        Task<long> answer;
        bool isFirst;
        lock (gate)
        {
            gathering ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            answer = gathering.Task;
            (isFirst, isReading) = (!isReading, true);
        }

        if (isFirst)
        {
            Queue();
        }

        return new(answer);
    }

    /// <inheritdoc/>
    public void Execute() => _ = ServeAsync();

    // Queued behind the requests that have already arrived, so that they join this read.
    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private async Task ServeAsync()
    {
        TaskCompletionSource<long> served;
        lock (gate)
        {
            // A later request needs a new read, because this one may miss a revocation that the request knows of.
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
                isReading = false;
                return;
            }
        }

        Queue();
    }
}
