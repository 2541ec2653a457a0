using Entourage.Application.Abstractions;
using Entourage.Domain.Keys;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Application.Keys;

/// <summary>
/// Reads keys from the store, one statement at a time for up to <see cref="BatchSize"/> callers at once. A flood of wrong keys so takes one
/// connection of the store and a part of its time, and a right key waits for the few statements before its own. Nobody is turned away.
/// </summary>
/// <param name="scopes">Where the store is.</param>
internal sealed class KeyReader(IServiceScopeFactory scopes) : IThreadPoolWorkItem
{
    /// <summary>How many keys one statement reads at most.</summary>
    public const int BatchSize = 100;

    private readonly Lock gate = new();
    private readonly Queue<PendingRead> waiting = new();
    private bool isReading;

    /// <summary>The key with a prefix; null where there is none.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="cancellationToken">The caller has left.</param>
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

    /// <summary>The next reads; null when none waits, and then whoever comes next begins anew.</summary>
    private List<PendingRead>? TakeBatch()
    {
        lock (gate)
        {
            var batch = new List<PendingRead>();
            while (batch.Count < BatchSize && waiting.TryDequeue(out var read))
            {
                // Those who have left need no answer.
                if (!read.Left.IsCancellationRequested)
                {
                    batch.Add(read);
                }
            }

            isReading = batch.Count > 0;
            return isReading ? batch : null;
        }
    }

    private sealed record PendingRead(string Prefix, TaskCompletionSource<ApiKey?> Answer, CancellationToken Left);
}
