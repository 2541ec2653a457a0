using System.Diagnostics;
using System.Threading.Channels;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Queues the entries of any number of callers, and hands all that wait to the writer as one transaction. The next callers gather while a transaction
/// is on its way to the disk: under load they share the cost of a commit, and a lone caller does not wait.
/// </summary>
internal sealed partial class LedgerQueue(
    ILedgerTransactions store, LedgerWriter writer, LedgerMetrics metrics, IOptions<DatabaseOptions> options, ILogger<LedgerQueue> logger)
    : BackgroundService, IBudgetLedger
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(1);

    private readonly Channel<Caller> queue = Channel.CreateUnbounded<Caller>(new UnboundedChannelOptions { SingleReader = true });
    private int waiting;

    /// <summary>The number of entries that wait for a transaction.</summary>
    internal int Waiting => Volatile.Read(ref waiting);

    public async Task<LedgerAnswer<T>> WriteAsync<T>(LedgerEntry<T> entry, CancellationToken cancellationToken)
    {
        var outcome = (await WriteAsync([entry], cancellationToken))[0];
        return outcome.Refusal is null ? new((T)outcome.Response!, outcome.Replayed) : throw outcome.Refusal;
    }

    public async Task<IReadOnlyList<LedgerOutcome>> WriteAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken)
    {
        var caller = new Caller(entries);
        if (Interlocked.Add(ref waiting, entries.Count) <= options.Value.LedgerQueueLength && queue.Writer.TryWrite(caller))
        {
            return await caller.Task.WaitAsync(cancellationToken);
        }

        Interlocked.Add(ref waiting, -entries.Count);
        metrics.Missed(entries, LedgerResult.QueueFull);
        throw new StoreUnavailableException("Too much waits to be recorded, or the server is stopping. Nothing was recorded.");
    }

    public Task<BudgetStanding> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.ReadAsync(reads => BudgetStandingReader.ReadAsync(reads, subject, now), cancellationToken);

    /// <summary>Refuses further entries, and waits until those that were accepted are written.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        if (ExecuteTask is { } writing)
        {
            // Slow callers may have used up the host's own grace period. Accepted entries are written all the same.
            await Task.WhenAny(writing, Task.Delay(StopGrace, TimeProvider.System, CancellationToken.None));
        }
    }

    // Ends when the queue is complete and empty, not when the host is asked to stop: accepted entries are written.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ShowQueue(() => Waiting, options.Value.LedgerQueueLength);
        var batch = new List<Caller>();
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var count = 0;
            while (count < options.Value.LedgerBatchSize && queue.Reader.TryRead(out var caller))
            {
                batch.Add(caller);
                count += caller.Entries.Count;
            }

            Interlocked.Add(ref waiting, -count);
            await WriteAsync(batch);
            batch.Clear();
        }
    }

    private async Task WriteAsync(IReadOnlyList<Caller> batch)
    {
        var began = TimeProvider.System.GetTimestamp();
        IReadOnlyList<LedgerEntry> entries = [.. batch.SelectMany(caller => caller.Entries)];
        using var span = LedgerTraces.Begin(entries.Count, batch.Select(caller => caller.Trace));
        try
        {
            var outcomes = await writer.WriteAsync(entries);
            var first = 0;
            foreach (var caller in batch)
            {
                caller.Finish([.. outcomes.Skip(first).Take(caller.Entries.Count)]);
                first += caller.Entries.Count;
            }
        }
        catch (StoreUnavailableException exception)
        {
            LogUnavailable(logger, batch.Count, exception);
            span.Fail(exception);
            metrics.Missed(entries, LedgerResult.Unavailable);
            foreach (var caller in batch)
            {
                caller.Fail(exception);
            }

            if (TimeProvider.System.GetElapsedTime(began).TotalSeconds >= options.Value.CommandTimeoutSeconds / 2.0)
            {
                RefuseWaiting(exception);
            }
        }
        catch (Exception exception) when (batch.Count > 1)
        {
            // One caller's entries caused it. The others are written without them.
            LogSplit(logger, batch.Count, exception);
            span.Fail(exception);
            foreach (var caller in batch)
            {
                await WriteAsync([caller]);
            }
        }
        catch (Exception exception)
        {
            span.Fail(exception);
            metrics.Missed(entries, LedgerResult.Failed);
            batch[0].Fail(exception);
        }
    }

    /// <summary>Refuses the callers that wait. They have waited as long as the one before them, and would wait as long again.</summary>
    private void RefuseWaiting(StoreUnavailableException reason)
    {
        while (queue.Reader.TryRead(out var caller))
        {
            Interlocked.Add(ref waiting, -caller.Entries.Count);
            metrics.Missed(caller.Entries, LedgerResult.Unavailable);
            caller.Fail(new StoreUnavailableException("The store cannot record anything at present. Nothing was recorded.", reason));
        }
    }

    [LoggerMessage(1001, LogLevel.Error, "The store failed. {Count} callers got an error")]
    private static partial void LogUnavailable(ILogger logger, int count, Exception exception);

    [LoggerMessage(1002, LogLevel.Error, "A transaction of {Count} callers failed. Each is retried alone")]
    private static partial void LogSplit(ILogger logger, int count, Exception exception);

    /// <summary>The entries of a waiting caller.</summary>
    private sealed class Caller(IReadOnlyList<LedgerEntry> entries)
    {
        // A continuation of a caller must not run on the writer's thread.
        private readonly TaskCompletionSource<IReadOnlyList<LedgerOutcome>> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<LedgerEntry> Entries { get; } = entries;

        /// <summary>The trace of their request, where traces are collected.</summary>
        public ActivityContext Trace { get; } = LedgerTraces.Caller;

        public Task<IReadOnlyList<LedgerOutcome>> Task => completion.Task;

        public void Finish(IReadOnlyList<LedgerOutcome> outcomes) => completion.SetResult(outcomes);

        public void Fail(Exception exception) => completion.SetException(exception);
    }
}
