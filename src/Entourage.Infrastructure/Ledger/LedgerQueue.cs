using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Queues the entries of any number of callers, and passes all that wait for an organisation to the writer as one transaction. More callers gather while
/// that transaction commits, so under load they share the cost of a commit. A lone caller does not wait.
/// </summary>
internal sealed partial class LedgerQueue : IHostedService, IBudgetLedger, IDisposable
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(1);

    private readonly ILedgerTransactions store;
    private readonly LedgerWriter writer;
    private readonly LedgerMetrics metrics;
    private readonly DatabaseOptions options;
    private readonly ILogger<LedgerQueue> logger;
    private readonly LedgerLanes lanes;

    public LedgerQueue(
        ILedgerTransactions store, LedgerWriter writer, LedgerMetrics metrics, IOptions<DatabaseOptions> options, ILogger<LedgerQueue> logger)
    {
        (this.store, this.writer, this.metrics, this.options, this.logger) = (store, writer, metrics, options.Value, logger);
        lanes = new(lane => WriteAsync(lane, given: null), options.Value.LedgerBatchSize);
    }

    /// <summary>The number of entries that wait for a transaction.</summary>
    internal int Waiting => lanes.Waiting;

    public async Task<LedgerAnswer<T>> WriteAsync<T>(LedgerEntry<T> entry, CancellationToken cancellationToken)
    {
        var outcome = (await WriteAsync([entry], cancellationToken))[0];
        return outcome.Refusal is null ? new((T)outcome.Response!, outcome.Replayed) : throw outcome.Refusal;
    }

    public async Task<IReadOnlyList<LedgerOutcome>> WriteAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken)
    {
        if (Waiting + entries.Count > options.LedgerQueueLength)
        {
            throw Refusal(
                entries,
                $"The queue for the database is full. It takes at most {options.LedgerQueueLength} entries (setting Database:LedgerQueueLength). Nothing was recorded. Send the request again later.");
        }

        var caller = new LedgerCaller(entries);
        return lanes.TryAdd(caller, await FindOrganisationsAsync(entries))
            ? await caller.Task.WaitAsync(cancellationToken)
            : throw Refusal(entries, "The server is stopping. Nothing was recorded. Send the request again later.");
    }

    public Task<BudgetStanding> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.ReadStandingAsync(subject, now, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.ShowQueue(() => Waiting, options.LedgerQueueLength);
        return Task.CompletedTask;
    }

    /// <summary>Refuses further entries, and waits until the accepted ones are written.</summary>
    // Slow callers may have used up the host's grace period. Accepted entries must be written nevertheless.
    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAny(lanes.CloseAsync(), Task.Delay(StopGrace, TimeProvider.System, CancellationToken.None));

    public void Dispose() => lanes.Dispose();

    private async ValueTask<IReadOnlyCollection<Guid>> FindOrganisationsAsync(IReadOnlyList<LedgerEntry> entries)
    {
        try
        {
            return await store.FindOrganisationsAsync(entries);
        }
        catch (Exception exception) when (store.ClassifyFault(exception) is not null)
        {
            // The writer finds them itself, and waits for the store.
            return [];
        }
    }

    private StoreUnavailableException Refusal(IReadOnlyList<LedgerEntry> entries, string message)
    {
        metrics.Missed(entries, LedgerResult.QueueFull);
        return new(message);
    }

    /// <summary>Writes the callers of a lane, or the given ones of them.</summary>
    private async Task WriteAsync(LedgerLane lane, IReadOnlyList<LedgerCaller>? given)
    {
        var began = TimeProvider.System.GetTimestamp();
        var batch = given;
        System.Diagnostics.Activity? span = null;
        try
        {
            var outcomes = await writer.WriteAsync(new(lane.Organisations, () => lanes.Continues(lane)), Take);
            var first = 0;
            foreach (var caller in batch!)
            {
                caller.Finish([.. outcomes.Skip(first).Take(caller.Entries.Count)]);
                first += caller.Entries.Count;
            }
        }
        catch (StoreUnavailableException exception)
        {
            batch ??= lanes.Take(lane);
            LogUnavailable(logger, batch.Count, exception);
            span.Fail(exception);
            Fail(batch, LedgerResult.Unavailable, exception);
            if (TimeProvider.System.GetElapsedTime(began).TotalSeconds >= options.CommandTimeoutSeconds / 2.0)
            {
                // The store is down, so each further caller would only wait for the same timeout again.
                Fail(lanes.TakeAll(lane), LedgerResult.Unavailable, new StoreUnavailableException(LedgerWriter.CannotWrite, exception));
            }
        }
        catch (Exception exception) when (batch is { Count: > 1 })
        {
            // One caller's entries caused it. The others are written without them.
            LogSplit(logger, batch.Count, exception);
            span.Fail(exception);
            foreach (var caller in batch)
            {
                await WriteAsync(lane, [caller]);
            }
        }
        catch (Exception exception)
        {
            span.Fail(exception);
            Fail(batch ?? lanes.Take(lane), LedgerResult.Failed, exception);
        }
        finally
        {
            span?.Dispose();
        }

        IReadOnlyList<LedgerEntry> Take()
        {
            batch ??= lanes.Take(lane);
            IReadOnlyList<LedgerEntry> entries = [.. batch.SelectMany(caller => caller.Entries)];
            span = LedgerTraces.Begin(entries.Count, batch.Select(caller => caller.Trace));
            return entries;
        }
    }

    private void Fail(IReadOnlyList<LedgerCaller> callers, LedgerResult result, Exception exception)
    {
        foreach (var caller in callers)
        {
            metrics.Missed(caller.Entries, result);
            caller.Fail(exception);
        }
    }

    [LoggerMessage(1001, LogLevel.Error, "The store failed. {Count} callers got an error")]
    private static partial void LogUnavailable(ILogger logger, int count, Exception exception);

    [LoggerMessage(1002, LogLevel.Error, "A transaction of {Count} callers failed. Each is retried alone")]
    private static partial void LogSplit(ILogger logger, int count, Exception exception);
}
