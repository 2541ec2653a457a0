using Entourage.Application.Abstractions;
using Entourage.Domain.Keys;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Application.Keys;

/// <summary>
/// Reads keys from the store in batches, one statement at a time for up to <see cref="BatchSize"/> callers. A flood of wrong keys therefore uses one
/// connection and a fraction of the store's time, and a valid key waits only for the few batches before its own. No caller is rejected.
/// </summary>
/// <param name="scopes">Gives access to the store.</param>
internal sealed class KeyReader(IServiceScopeFactory scopes) : IThreadPoolWorkItem
{
    /// <summary>The most keys that one statement reads.</summary>
    public const int BatchSize = 100;

    private readonly Lock gate = new();
    private readonly Queue<PendingRead> waiting = new();
    private bool isReading;

    /// <summary>Returns the key with a prefix; null if it does not exist.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    public Task<ApiKey?> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        var read = new PendingRead(prefix, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        bool isFirst;
        lock (gate)
        {
            waiting.Enqueue(read);
            (isFirst, isReading) = (!isReading, true);
        }

        if (isFirst)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return read.Answer.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Execute() => _ = ReadAllAsync();

    private async Task ReadAllAsync()
    {
        while (TakeBatch() is { } batch)
        {
            try
            {
                var keys = await ReadAsync([.. batch.Select(read => read.Prefix).Distinct(StringComparer.Ordinal)]);
                batch.ForEach(read => read.Answer.SetResult(keys.GetValueOrDefault(read.Prefix)));
            }
            catch (Exception fault)
            {
                batch.ForEach(read => read.Answer.TrySetException(fault));
            }
        }
    }

    private async Task<Dictionary<string, ApiKey>> ReadAsync(List<string> prefixes)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IEntourageDb>().ApiKeys.AsNoTracking()
            .Where(key => prefixes.Contains(key.Prefix))
            .ToDictionaryAsync(key => key.Prefix, StringComparer.Ordinal, CancellationToken.None);
    }

    /// <summary>Returns the next batch; null if no read is pending. The next caller then starts a new loop.</summary>
    private List<PendingRead>? TakeBatch()
    {
        lock (gate)
        {
            var batch = new List<PendingRead>();
            while (batch.Count < BatchSize && waiting.TryDequeue(out var read))
            {
                // Skips callers that have disconnected.
                if (!read.Cancellation.IsCancellationRequested)
                {
                    batch.Add(read);
                }
            }

            isReading = batch.Count > 0;
            return isReading ? batch : null;
        }
    }

    private sealed record PendingRead(string Prefix, TaskCompletionSource<ApiKey?> Answer, CancellationToken Cancellation);
}
