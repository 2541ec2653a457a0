using System.Threading.Channels;
using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>
/// Takes usages from any number of callers and writes them in turn, as many as wait in one transaction. While one
/// transaction is on its way to the disk the next callers gather, so a commit's cost is shared under load and a lone caller
/// waits for nobody.
/// </summary>
internal sealed partial class BudgetLedger(ILedgerStore store, IOptions<DatabaseOptions> options, ILogger<BudgetLedger> logger)
    : BackgroundService, IBudgetLedger
{
    private const int GreatestAttempts = 10;
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(1);

    private readonly Channel<Caller> queue = Channel.CreateBounded<Caller>(
        new BoundedChannelOptions(options.Value.LedgerQueueLength) { SingleReader = true });

    /// <summary>How many usages wait for a transaction.</summary>
    internal int Waiting => queue.Reader.Count;

    public async Task<RecordedUsage> RecordAsync(UsageEntry entry, CancellationToken cancellationToken)
    {
        var caller = new Caller(entry);
        return queue.Writer.TryWrite(caller)
            ? await caller.Task.WaitAsync(cancellationToken)
            : throw new StoreUnavailableException("Too many usages wait to be recorded, or the server is stopping.");
    }

    public Task<BudgetPosition> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.ReadAsync(
            async reads =>
            {
                var found = await reads.FindAsync(subject.AgentId) ?? throw new NotFoundException("agent", subject.AgentId);
                var task = subject.TaskId is { } taskId
                    ? await reads.FindTaskAsync(taskId, found.Policy.TeamId) ?? throw new NotFoundException("task", taskId)
                    : subject.Session.UseNewestActive ? found.NewestSessionTask : null;
                var path = subject.Session.UseNewestActive ? found.NewestSessionPath : subject.Session.Path;
                var budgets = (found.Policy with { Task = task, SessionPath = path }).BudgetsAt(now);
                var spent = await reads.SpentAsync([.. budgets.Select(budget => budget.Window)]);
                return new BudgetPosition([.. budgets.Select(budget => budget.With(spent))]);
            },
            cancellationToken);

    /// <summary>Takes no more, and waits until what was taken is written.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        if (ExecuteTask is { } writing)
        {
            // A grace of its own: the host's may have gone to callers that were slow to leave, and what was taken is written all the same.
            await Task.WhenAny(writing, Task.Delay(StopGrace, TimeProvider.System, CancellationToken.None));
        }
    }

    // Ends when the queue is complete and empty, not when the host is asked to stop: what was taken is written.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Caller>(options.Value.LedgerBatchSize);
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (batch.Count < options.Value.LedgerBatchSize && queue.Reader.TryRead(out var caller))
            {
                batch.Add(caller);
            }

            await WriteAsync(batch);
            batch.Clear();
        }
    }

    private async Task WriteAsync(IReadOnlyList<Caller> batch)
    {
        try
        {
            var outcomes = await RecordAsync([.. batch.Select(caller => caller.Entry)]);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Finish(outcomes[i]);
            }
        }
        catch (StoreUnavailableException exception)
        {
            LogUnavailable(logger, batch.Count, exception);
            foreach (var caller in batch)
            {
                caller.Finish(new(exception));
            }
        }
        catch (Exception exception) when (batch.Count > 1)
        {
            // One of them is at fault; the others must not suffer for it.
            LogSplit(logger, batch.Count, exception);
            foreach (var caller in batch)
            {
                await WriteAsync([caller]);
            }
        }
        catch (Exception exception)
        {
            batch[0].Finish(new(exception));
        }
    }

    private async Task<IReadOnlyList<LedgerOutcome>> RecordAsync(IReadOnlyList<UsageEntry> entries)
    {
        var perhapsWritten = Array.Empty<LedgerOutcome>() as IReadOnlyList<LedgerOutcome>;
        var began = TimeProvider.System.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var outcomes = Array.Empty<LedgerOutcome>() as IReadOnlyList<LedgerOutcome>;
            try
            {
                await store.WriteAsync(
                    async writes =>
                    {
                        if (await WereWrittenAsync(perhapsWritten, writes))
                        {
                            outcomes = perhapsWritten;
                            return;
                        }

                        outcomes = await new LedgerBatch().RecordAsync(entries, writes);
                    },
                    CancellationToken.None);
                return outcomes;
            }
            catch (Exception exception) when (store.Judge(exception) is var fault and not null)
            {
                var patienceIsOver = TimeProvider.System.GetElapsedTime(began).TotalSeconds >= options.Value.CommandTimeoutSeconds;
                if (fault == LedgerFault.Unavailable || attempt == GreatestAttempts || patienceIsOver)
                {
                    throw new StoreUnavailableException("The store cannot take usage at present.", exception);
                }

                if (fault == LedgerFault.Unknown && outcomes.Count > 0)
                {
                    perhapsWritten = outcomes;
                }

                LogRerun(logger, entries.Count, exception);
                await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt), TimeProvider.System);
            }
        }
    }

    /// <summary>Whether a transaction whose end was not heard of was committed: then its first new record is there.</summary>
    private static async Task<bool> WereWrittenAsync(IReadOnlyList<LedgerOutcome> outcomes, ILedgerWrites writes)
    {
        if (outcomes.FirstOrDefault(outcome => outcome.Recorded is { Replayed: false })?.Recorded!.Response is not { } written)
        {
            return false;
        }

        // The server may be at it still: its turn ends before ours begins.
        await writes.HoldAsync([written.Id]);
        return await writes.IsRecordedAsync(written.Id, written.UsageId);
    }

    [LoggerMessage(LogLevel.Error, "The store refused {Count} usages; their callers were told to try again")]
    private static partial void LogUnavailable(ILogger logger, int count, Exception exception);

    [LoggerMessage(LogLevel.Error, "A transaction of {Count} usages failed; each is tried on its own")]
    private static partial void LogSplit(ILogger logger, int count, Exception exception);

    [LoggerMessage(LogLevel.Warning, "A transaction of {Count} usages is run again")]
    private static partial void LogRerun(ILogger logger, int count, Exception exception);

    /// <summary>A usage whose caller waits.</summary>
    private sealed class Caller(UsageEntry entry)
    {
        // The writer must not go on as one of its callers.
        private readonly TaskCompletionSource<RecordedUsage> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public UsageEntry Entry { get; } = entry;

        public Task<RecordedUsage> Task => completion.Task;

        public void Finish(LedgerOutcome outcome)
        {
            if (outcome.Recorded is { } recorded)
            {
                completion.SetResult(recorded);
            }
            else
            {
                completion.SetException(outcome.Refusal!);
            }
        }
    }
}
