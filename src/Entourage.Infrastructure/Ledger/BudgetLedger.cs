using System.Diagnostics;
using System.Threading.Channels;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Application.Reservations;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using Entourage.Infrastructure.Events;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Takes entries from any number of callers and writes them in turn, as many as wait in one transaction. While one
/// transaction is on its way to the disk the next callers gather, so a commit's cost is shared under load and a lone caller
/// waits for nobody.
/// </summary>
internal sealed partial class BudgetLedger(
    ILedgerStore store,
    PriceLists prices,
    CommitSignal signal,
    LedgerMetrics metrics,
    IOptions<DatabaseOptions> options,
    IOptions<UsageOptions> usage,
    IOptions<PriceOptions> assumed,
    ILogger<BudgetLedger> logger)
    : BackgroundService, IBudgetLedger
{
    private const int MaxAttempts = 10;
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(1);

    private readonly Channel<Caller> queue = Channel.CreateUnbounded<Caller>(new UnboundedChannelOptions { SingleReader = true });
    private readonly UsageBounds bounds = usage.Value.ToBounds();
    private readonly TokenRates assumedRates = assumed.Value.ToRates();
    private int waiting;

    /// <summary>How many entries wait for a transaction.</summary>
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
        store.ReadAsync(
            async reads =>
            {
                var found = await reads.FindAsync(subject.AgentId, now - SessionState.KillReportedFor) ?? throw new NotFoundException("agent", subject.AgentId);
                var task = subject.TaskId is { } taskId
                    ? await reads.FindTaskAsync(taskId, found.Policy.TeamId) ?? throw new NotFoundException("task", taskId)
                    : subject.Session.UseNewestActive ? found.NewestSessionTask : null;
                var path = subject.Session.UseNewestActive ? found.NewestSessionPath : subject.Session.Path;
                var budgets = (found.Policy with { Task = task, SessionPath = path }).BudgetsAt(now);
                var counters = (await reads.SpendingAsync(budgets.Select(budget => budget.Window).ToHashSet())).ToDictionary();
                foreach (var held in await reads.FindExpiredAsync([found.Policy.OrganisationId], now))
                {
                    // The next transaction gives it back; it holds nothing already.
                    foreach (var window in held.Windows.Where(counters.ContainsKey))
                    {
                        counters[window] -= new Spending(Money.Zero, held.Reservation.Amount);
                    }
                }

                var above = path.Count > 1 ? await reads.FindWorkersAsync([.. path.Skip(1)]) : [];
                var pauses = PauseInForce.Of(
                    found.Pauses.Organisation, found.Pauses.Team, above.Select(worker => worker.Pause).Prepend(found.Pauses.Agent), now);
                return new BudgetStanding(
                    new([.. budgets.Select(budget => budget.With(counters))]),
                    pauses,
                    subject.Session.UseNewestActive && path.Count == 0 && found.WasKilled);
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
            var outcomes = await WriteAsync(entries);
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
            // One of them is at fault; the others must not suffer for it.
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

    /// <summary>Those behind one that waited for the store in vain have waited as well: they are not kept for as long again.</summary>
    private void RefuseWaiting(StoreUnavailableException reason)
    {
        while (queue.Reader.TryRead(out var caller))
        {
            Interlocked.Add(ref waiting, -caller.Entries.Count);
            metrics.Missed(caller.Entries, LedgerResult.Unavailable);
            caller.Fail(new StoreUnavailableException("The store cannot record anything at present. Nothing was recorded.", reason));
        }
    }

    private async Task<IReadOnlyList<LedgerOutcome>> WriteAsync(IReadOnlyList<LedgerEntry> entries)
    {
        IReadOnlyList<LedgerOutcome> perhapsWritten = [];
        IReadOnlyCollection<LedgerRecord> records = [];
        var began = TimeProvider.System.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            IReadOnlyList<LedgerOutcome> outcomes = [];
            IReadOnlyCollection<Guid> teamIds = [];
            var attemptBegan = TimeProvider.System.GetTimestamp();
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

                        var batch = new LedgerBatch(entries, writes, prices, bounds, assumedRates);
                        outcomes = await batch.WriteAsync();
                        (teamIds, records) = (batch.TeamIds, batch.Records);
                    },
                    CancellationToken.None);
                metrics.Committed(entries, outcomes, records, TimeProvider.System.GetElapsedTime(attemptBegan));
                signal.Raise(teamIds);
                return outcomes;
            }
            catch (Exception exception) when (store.ClassifyFault(exception) is var fault and not null)
            {
                if (fault == LedgerFault.Unknown && outcomes.Count > 0)
                {
                    perhapsWritten = outcomes;
                }

                var patienceIsOver = TimeProvider.System.GetElapsedTime(began).TotalSeconds >= options.Value.CommandTimeoutSeconds;
                if (fault == LedgerFault.Unavailable || attempt == MaxAttempts || patienceIsOver)
                {
                    throw perhapsWritten.Count == 0
                        ? new StoreUnavailableException("The store cannot record anything at present. Nothing was recorded.", exception)
                        : new StoreUnavailableException("The store was lost while it recorded this.", exception, outcomeUnknown: true);
                }

                LogRerun(logger, entries.Count, exception);
                metrics.Rerun();
                await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt), TimeProvider.System);
            }
        }
    }

    /// <summary>
    /// Whether a transaction whose end was not heard of was committed: then the first thing that it added is there. One that
    /// added nothing can be run again, since to end what has ended changes nothing.
    /// </summary>
    private static async Task<bool> WereWrittenAsync(IReadOnlyList<LedgerOutcome> outcomes, ILedgerWrites writes)
    {
        var written = outcomes.FirstOrDefault(outcome => outcome is { Replayed: false, Response: UsageResponse or ReservationResponse })?.Response;
        switch (written)
        {
            // The server may be at it still: its turn ends before ours begins.
            case UsageResponse usage:
                await writes.LockAsync([usage.Id], []);
                return await writes.IsRecordedAsync(usage.Id, usage.UsageId);
            case ReservationResponse reservation:
                await writes.LockAsync([reservation.SessionId], []);
                return (await writes.FindReservationsAsync([reservation.Id])).Any(held => held.Reservation.ExpiresAt == reservation.ExpiresAt);
            default:
                return false;
        }
    }

    [LoggerMessage(1001, LogLevel.Error, "The store failed; {Count} callers were told so")]
    private static partial void LogUnavailable(ILogger logger, int count, Exception exception);

    [LoggerMessage(1002, LogLevel.Error, "A transaction of {Count} callers failed; each is tried on its own")]
    private static partial void LogSplit(ILogger logger, int count, Exception exception);

    [LoggerMessage(1003, LogLevel.Warning, "A transaction of {Count} entries is run again")]
    private static partial void LogRerun(ILogger logger, int count, Exception exception);

    /// <summary>Entries whose caller waits.</summary>
    private sealed class Caller(IReadOnlyList<LedgerEntry> entries)
    {
        // The writer must not go on as one of its callers.
        private readonly TaskCompletionSource<IReadOnlyList<LedgerOutcome>> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<LedgerEntry> Entries { get; } = entries;

        /// <summary>The request that they are of, where somebody wants to know.</summary>
        public ActivityContext Trace { get; } = LedgerTraces.Caller;

        public Task<IReadOnlyList<LedgerOutcome>> Task => completion.Task;

        public void Finish(IReadOnlyList<LedgerOutcome> outcomes) => completion.SetResult(outcomes);

        public void Fail(Exception exception) => completion.SetException(exception);
    }
}
