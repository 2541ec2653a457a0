using Entourage.Application.Abstractions;

namespace Entourage.Infrastructure.Access;

/// <summary>Reads the row that says how often keys were revoked.</summary>
internal interface IKeyRevisionStore
{
    /// <summary>The number. Nobody asks for it twice at once.</summary>
    ValueTask<long> ReadAsync();
}

/// <summary>One read of the store for all requests that wait for one.</summary>
internal sealed class KeyRevisions(IKeyRevisionStore store) : IKeyRevision
{
    private readonly Lock gate = new();
    private bool isReading;
    private TaskCompletionSource<long>? next;

    public async ValueTask<long> ReadAsync(CancellationToken cancellationToken)
    {
        Task<long>? shared = null;
        lock (gate)
        {
            if (isReading)
            {
                // The read under way may have begun before a revocation that the caller knows of.
                shared = (next ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            isReading = true;
        }

        if (shared is not null)
        {
            return await shared.WaitAsync(cancellationToken);
        }

        try
        {
            return await store.ReadAsync();
        }
        finally
        {
            PassOn();
        }
    }

    /// <summary>Reads for those who have come meanwhile, without keeping who has read waiting.</summary>
    private void PassOn()
    {
        TaskCompletionSource<long> waiting;
        lock (gate)
        {
            if (next is null)
            {
                isReading = false;
                return;
            }

            (waiting, next) = (next, null);
        }

        _ = Task.Run(() => ReadForAsync(waiting));
    }

    private async Task ReadForAsync(TaskCompletionSource<long> waiting)
    {
        try
        {
            waiting.SetResult(await store.ReadAsync());
        }
        catch (Exception fault)
        {
            // Theirs who wait; where all of them have left, nobody's.
            waiting.SetException(fault);
            _ = waiting.Task.Exception;
        }
        finally
        {
            PassOn();
        }
    }
}
