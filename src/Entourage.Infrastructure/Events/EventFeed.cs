using Entourage.Application.Errors;
using Entourage.Domain.Events;
using Entourage.Domain.Teams;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Events;

/// <summary>
/// The newest events of an audience, for all its subscribers in this process. One reader polls the store and fills one bounded buffer. Each
/// subscriber reads the buffer at its own pace, and one that falls behind it reads the store.
/// </summary>
internal sealed partial class EventFeed : IAsyncDisposable
{
    private const int PageSize = 1_000;

    private static readonly TimeSpan AdvanceInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(250);

    // Roughly what it costs to wake a subscriber and write to it. Pausing that long bounds the share of the process that goes into it.
    private static readonly TimeSpan PausePerSubscriber = TimeSpan.FromMilliseconds(0.5);

    private readonly Audience audience;
    private readonly IServiceScopeFactory scopes;
    private readonly EventOptions options;
    private readonly JobMetrics metrics;
    private readonly ILogger logger;
    private readonly CancellationTokenSource ending = new();
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly Task reading;

    private readonly Lock gate = new();
    private readonly Dictionary<long, EventBlock> blocks = [];
    private long bufferedBytes;
    private long oldestNumber;
    private long nextNumber;
    private EventPosition? head;
    private long readsBegun;
    private long readsEnded;
    private TaskCompletionSource appended = NewSignal();
    private TaskCompletionSource read = NewSignal();
    private long advancedAt = TimeProvider.System.GetTimestamp();
    private int subscribers;

    public EventFeed(Audience audience, IServiceScopeFactory scopes, EventOptions options, JobMetrics metrics, ILogger logger)
    {
        (this.audience, this.scopes, this.options, this.metrics, this.logger) = (audience, scopes, options, metrics, logger);
        reading = Task.Run(ReadAsync);
    }

    /// <summary>The number of subscribers, maintained by <see cref="EventFeeds"/>.</summary>
    public int Subscribers
    {
        get => Volatile.Read(ref subscribers);
        set => Volatile.Write(ref subscribers, value);
    }

    /// <summary>The position after the newest event that was read.</summary>
    /// <exception cref="InvalidOperationException">Nothing has been read yet.</exception>
    public EventPosition Head
    {
        get
        {
            lock (gate)
            {
                return head ?? throw new InvalidOperationException("Nothing has been read yet.");
            }
        }
    }

    /// <summary>Requests a read soon, after a commit.</summary>
    public void Wake()
    {
        lock (gate)
        {
            if (wake.CurrentCount == 0)
            {
                wake.Release();
            }
        }
    }

    /// <summary>Waits for a read of the store that begins after this call.</summary>
    /// <exception cref="StoreUnavailableException">The read failed.</exception>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        long wanted;
        lock (gate)
        {
            wanted = readsBegun + 1;
        }

        while (true)
        {
            Task ended;
            lock (gate)
            {
                if (readsEnded >= wanted)
                {
                    return;
                }

                ended = read.Task;
            }

            Wake();
            await ended.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Finds the number of the block that follows a position; null if the buffer does not reach back that far.</summary>
    public long? Find(EventPosition position)
    {
        lock (gate)
        {
            if (head is { } end && end.IsWithin(position))
            {
                return nextNumber;
            }

            // Binary search for the last block that starts at or before the position.
            var (low, high) = (oldestNumber, nextNumber);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = blocks[middle].From.IsWithin(position) ? (middle + 1, high) : (low, middle);
            }

            return low == oldestNumber ? null : low - 1;
        }
    }

    /// <summary>Gets a block by its number.</summary>
    /// <param name="number">The number.</param>
    /// <param name="block">The block; null if it does not exist yet.</param>
    /// <returns>False if the block has left the buffer.</returns>
    public bool TryGet(long number, out EventBlock? block)
    {
        lock (gate)
        {
            block = blocks.GetValueOrDefault(number);
            return number >= oldestNumber;
        }
    }

    /// <summary>Waits for a block, at most until a heartbeat is due.</summary>
    /// <returns>The position of the heartbeat; null if the block has arrived.</returns>
    public async Task<EventPosition?> WaitAsync(long number, CancellationToken cancellationToken)
    {
        Task arrival;
        lock (gate)
        {
            if (number < nextNumber)
            {
                return null;
            }

            arrival = appended.Task;
        }

        await arrival.WaitAsync(TimeSpan.FromSeconds(options.HeartbeatSeconds), TimeProvider.System, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            return number < nextNumber ? null : head;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await reading;
        ending.Dispose();
        wake.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ReadAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            Exception? fault = null;
            lock (gate)
            {
                readsBegun++;
            }

            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await ReadAsync(scope.ServiceProvider.GetRequiredService<EntourageDb>(), ending.Token);
            }
            catch (Exception exception) when (!ending.IsCancellationRequested)
            {
                metrics.Failed(Job.ReadEvents);
                LogFailed(logger, audience, exception);
                fault = new StoreUnavailableException("The store cannot be read at the moment.", exception);
            }
            catch (OperationCanceledException)
            {
                fault = new StoreUnavailableException("The event feed has ended.");
            }

            EndRead(fault);
            await PauseAsync();
        }
    }

    private void EndRead(Exception? fault)
    {
        TaskCompletionSource ended;
        lock (gate)
        {
            (ended, read) = (read, NewSignal());
            readsEnded = fault is null ? readsBegun : readsEnded;
        }

        if (fault is null)
        {
            ended.SetResult();
        }
        else
        {
            // Reading the exception marks it as observed, since there may be no subscriber that waits for this read.
            ended.SetException(fault);
            _ = ended.Task.Exception;
        }
    }

    /// <summary>Waits for a commit or the next poll, but at least as long as the subscribers need to receive the last read.</summary>
    private async Task PauseAsync()
    {
        var pause = TimeSpan.FromTicks(Math.Clamp(PausePerSubscriber.Ticks * Subscribers, ShortestPause.Ticks, MaxPause.Ticks));
        await Task.Delay(pause, TimeProvider.System, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)wake.WaitAsync(TimeSpan.FromMilliseconds(options.PollMilliseconds), ending.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReadAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var position = head ?? await EventHistory.FindEndAsync(db, audience, cancellationToken);
        Append(new EventPage([], position, position, HasMore: false));
        EventPage page;
        do
        {
            page = await EventHistory.ReadAsync(db, audience, position, PageSize, withUsages: true, cancellationToken);
            Append(page);
            position = page.To;
        }
        while (page.HasMore);
        if (TimeProvider.System.GetElapsedTime(advancedAt) >= AdvanceInterval)
        {
            await AdvanceAsync(db, position, cancellationToken);
            advancedAt = TimeProvider.System.GetTimestamp();
        }
    }

    /// <summary>Skips what belongs to others, so that it is not scanned at every read.</summary>
    private async Task AdvanceAsync(EntourageDb db, EventPosition position, CancellationToken cancellationToken)
    {
        if (!EventHistory.Lags(audience, position, await EventHistory.FindNewestAsync(db, cancellationToken), withUsages: true))
        {
            return;
        }

        var end = await EventHistory.FindEndAsync(db, audience, cancellationToken);
        EventPage page;
        do
        {
            page = await EventHistory.ReadUpToAsync(db, audience, position, end, PageSize, cancellationToken);
            Append(page);
            position = page.To;
        }
        while (page.HasMore);
    }

    private void Append(EventPage page)
    {
        var block = page.Messages.Count > 0 ? new EventBlock(page) : null;
        TaskCompletionSource? toSignal = null;
        lock (gate)
        {
            head = page.To;
            if (block is not null)
            {
                blocks.Add(nextNumber++, block);
                bufferedBytes += block.Bytes;
                (toSignal, appended) = (appended, NewSignal());
            }

            // The newest block stays, however large it is.
            while (bufferedBytes > options.BufferBytes && blocks.Count > 1)
            {
                blocks.Remove(oldestNumber++, out var oldest);
                bufferedBytes -= oldest!.Bytes;
            }
        }

        toSignal?.SetResult();
    }

    [LoggerMessage(2007, LogLevel.Warning, "The events of {Audience} could not be read. The read is retried")]
    private static partial void LogFailed(ILogger logger, Audience audience, Exception exception);
}
