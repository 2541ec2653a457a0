using Entourage.Application.Errors;
using Entourage.Domain.Events;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Events;

/// <summary>
/// The newest events of a team, for all of its watchers in this process: one reader of the store, whatever their number, and one
/// buffer of bounded size. Each watcher goes through it at its own pace, and who is slower than the buffer is long reads the store.
/// </summary>
internal sealed partial class TeamFeed : IAsyncDisposable
{
    private const int PageSize = 1_000;

    private static readonly TimeSpan AdvanceInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(250);

    // To wake a watcher and write to it costs about so much; it must not become most of what the process does.
    private static readonly TimeSpan PauseForWatcher = TimeSpan.FromMilliseconds(0.5);

    private readonly Guid teamId;
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
    private int watchers;

    public TeamFeed(Guid teamId, IServiceScopeFactory scopes, EventOptions options, JobMetrics metrics, ILogger logger)
    {
        (this.teamId, this.scopes, this.options, this.metrics, this.logger) = (teamId, scopes, options, metrics, logger);
        reading = Task.Run(ReadAsync);
    }

    /// <summary>How many watch it. Its owner counts them.</summary>
    public int Watchers
    {
        get => Volatile.Read(ref watchers);
        set => Volatile.Write(ref watchers, value);
    }

    /// <summary>The position that it has come to.</summary>
    public EventPosition Head
    {
        get
        {
            lock (gate)
            {
                return head ?? throw new InvalidOperationException("Nothing was read yet.");
            }
        }
    }

    /// <summary>Something was committed: it is read soon.</summary>
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
    /// <exception cref="StoreUnavailableException">It failed.</exception>
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

    /// <summary>Which block a watcher at a position is to take next; null when the buffer does not reach back as far.</summary>
    public long? Find(EventPosition position)
    {
        lock (gate)
        {
            if (head is { } end && end.IsWithin(position))
            {
                return nextNumber;
            }

            // The last block that begins no later than the position: they are in order.
            var (low, high) = (oldestNumber, nextNumber);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = blocks[middle].From.IsWithin(position) ? (middle + 1, high) : (low, middle);
            }

            return low == oldestNumber ? null : low - 1;
        }
    }

    /// <summary>A block by its number.</summary>
    /// <param name="number">Which.</param>
    /// <param name="block">The block; null when it is yet to come.</param>
    /// <returns>False when it has left the buffer.</returns>
    public bool TryTake(long number, out EventBlock? block)
    {
        lock (gate)
        {
            block = blocks.GetValueOrDefault(number);
            return number >= oldestNumber;
        }
    }

    /// <summary>Waits for a block to come, for as long as a watcher is left without a sign of life.</summary>
    /// <returns>Where a watcher is that has had all before it; null when the block has come.</returns>
    public async Task<EventPosition?> WaitAsync(long number, CancellationToken cancellationToken)
    {
        Task coming;
        lock (gate)
        {
            if (number < nextNumber)
            {
                return null;
            }

            coming = appended.Task;
        }

        await coming.WaitAsync(TimeSpan.FromSeconds(options.HeartbeatSeconds), TimeProvider.System, cancellationToken)
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
                LogFailed(logger, teamId, exception);
                fault = new StoreUnavailableException("The store cannot be read at present.", exception);
            }
            catch (OperationCanceledException)
            {
                fault = new StoreUnavailableException("Nobody watches any more.");
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
            // Watched for by those who wait for it, and by nobody else.
            ended.SetException(fault);
            _ = ended.Task.Exception;
        }
    }

    /// <summary>Waits for a reason to read, but not less than its watchers need to take what was read.</summary>
    private async Task PauseAsync()
    {
        var pause = TimeSpan.FromTicks(Math.Clamp(PauseForWatcher.Ticks * Watchers, ShortestPause.Ticks, MaxPause.Ticks));
        await Task.Delay(pause, TimeProvider.System, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)wake.WaitAsync(TimeSpan.FromMilliseconds(options.PollMilliseconds), ending.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReadAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var position = head ?? await EventHistory.FindEndAsync(db, teamId, cancellationToken);
        Append(new EventPage([], position, position, HasMore: false));
        EventPage page;
        do
        {
            page = await EventHistory.ReadAsync(db, teamId, position, PageSize, withUsages: true, cancellationToken);
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

    /// <summary>Moves on over what other teams have used, so that it is not looked at again and again.</summary>
    private async Task AdvanceAsync(EntourageDb db, EventPosition position, CancellationToken cancellationToken)
    {
        if (await EventHistory.FindNewestUsageAsync(db, cancellationToken) - position.Usage < EventHistory.MaxLag)
        {
            return;
        }

        var end = await EventHistory.FindEndAsync(db, teamId, cancellationToken);
        EventPage page;
        do
        {
            page = await EventHistory.ReadUpToAsync(db, teamId, position, end, PageSize, cancellationToken);
            Append(page);
            position = page.To;
        }
        while (page.HasMore);
    }

    private void Append(EventPage page)
    {
        var block = page.Messages.Count > 0 ? EventBlock.Of(page) : null;
        TaskCompletionSource? toTell = null;
        lock (gate)
        {
            head = page.To;
            if (block is not null)
            {
                blocks.Add(nextNumber++, block);
                bufferedBytes += block.Length;
                (toTell, appended) = (appended, NewSignal());
            }

            // The newest stays, however large it is.
            while (bufferedBytes > options.BufferBytes && blocks.Count > 1)
            {
                blocks.Remove(oldestNumber++, out var oldest);
                bufferedBytes -= oldest!.Length;
            }
        }

        toTell?.SetResult();
    }

    [LoggerMessage(2007, LogLevel.Warning, "The events of team {TeamId} could not be read; that is tried again")]
    private static partial void LogFailed(ILogger logger, Guid teamId, Exception exception);
}
