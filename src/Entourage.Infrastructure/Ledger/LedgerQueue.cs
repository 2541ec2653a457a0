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
/// Queues the entries of any number of callers, and passes all waiting entries to the writer as one transaction. More callers gather while that
/// transaction commits, so under load they share the cost of a commit. A lone caller does not wait.
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
        var isFull = Interlocked.Add(ref waiting, entries.Count) > options.Value.LedgerQueueLength;
        if (!isFull && queue.Writer.TryWrite(caller))
        {
            return await caller.Task.WaitAsync(cancellationToken);
        }

        Interlocked.Add(ref waiting, -entries.Count);
        metrics.Missed(entries, LedgerResult.QueueFull);
        throw new StoreUnavailableException(isFull
            ? $"The queue for the database is full. It takes at most {options.Value.LedgerQueueLength} entries (setting Database:LedgerQueueLength). Nothing was recorded. Send the request again later."
            : "The server is stopping. Nothing was recorded. Send the request again later.");
    }

    public Task<BudgetStanding> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.ReadStandingAsync(subject, now, cancellationToken);

    /// <summary>Refuses further entries, and waits until the accepted ones are written.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        if (ExecuteTask is { } writing)
        {
            // Slow callers may have used up the host's grace period. Accepted entries must be written nevertheless.
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
            var outcomes = await writer.WriteAsync(entries, () => Waiting > 0);
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

    /// <summary>Refuses the waiting callers. The store is down, so each of them would only wait for the same timeout again.</summary>
    private void RefuseWaiting(StoreUnavailableException reason)
    {
        while (queue.Reader.TryRead(out var caller))
        {
            Interlocked.Add(ref waiting, -caller.Entries.Count);
            metrics.Missed(caller.Entries, LedgerResult.Unavailable);
            caller.Fail(new StoreUnavailableException(LedgerWriter.CannotWrite, reason));
        }
    }

    [LoggerMessage(1001, LogLevel.Error, "The store failed. {Count} callers got an error")]
    private static partial void LogUnavailable(ILogger logger, int count, Exception exception);

    [LoggerMessage(1002, LogLevel.Error, "A transaction of {Count} callers failed. Each is retried alone")]
    private static partial void LogSplit(ILogger logger, int count, Exception exception);

    /// <summary>The entries of a waiting caller.</summary>
    private sealed class Caller(IReadOnlyList<LedgerEntry> entries)
    {
        // The caller's continuation must not run on the writer's thread.
        private readonly TaskCompletionSource<IReadOnlyList<LedgerOutcome>> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<LedgerEntry> Entries { get; } = entries;

        /// <summary>The trace of the caller's request, if traces are collected.</summary>
        public ActivityContext Trace { get; } = LedgerTraces.Caller;

        public Task<IReadOnlyList<LedgerOutcome>> Task => completion.Task;

        public void Finish(IReadOnlyList<LedgerOutcome> outcomes) => completion.SetResult(outcomes);

        public void Fail(Exception exception) => completion.SetException(exception);
    }
}
