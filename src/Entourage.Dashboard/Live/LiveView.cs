using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

/// <summary>
/// Keeps one set of figures current and shares each read among all viewers. It reads when something has changed, but waits between reads so
/// that reading and rendering take only a small part of the process's time.
/// </summary>
internal sealed partial class LiveView<T> : IAsyncDisposable
    where T : class
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxInterval = TimeSpan.FromSeconds(2);

    // Some changes raise no event: a day ends, a pause expires.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(30);

    // About what it costs to render a page for one viewer and to send the difference.
    private static readonly TimeSpan DelayPerViewer = TimeSpan.FromMilliseconds(15);
    private const int ReadTimeFactor = 10;

    private readonly Func<CancellationToken, Task<T>> read;
    private readonly Func<Action, CancellationToken, Task> follow;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource disposing = new();
    private readonly SemaphoreSlim refreshRequested = new(0, 1);
    private readonly Lock gate = new();
    private readonly List<Action> viewers = [];
    private readonly Task reading;
    private readonly Task following;
    private LiveFigures<T> current = new(null, null, LiveState.Opening);
    private bool isFollowing;
    private bool isReadable;
    private bool wasLive;
    private long unhealthySince = TimeProvider.System.GetTimestamp();

    /// <summary>Starts reading and following in the background.</summary>
    /// <param name="read">Reads the figures.</param>
    /// <param name="follow">
    /// Calls its first argument once it follows the events, and again whenever the figures may have changed, until it is cancelled. When it
    /// returns or throws, it is called again.
    /// </param>
    /// <param name="time">The clock for <see cref="LiveFigures{T}.ReadAt"/>. Delays use the system's clock.</param>
    /// <param name="logger">Logs failed reads.</param>
    public LiveView(Func<CancellationToken, Task<T>> read, Func<Action, CancellationToken, Task> follow, TimeProvider time, ILogger logger)
    {
        (this.read, this.follow, this.time, this.logger) = (read, follow, time, logger);
        reading = Task.Run(ReadAsync);
        following = Task.Run(FollowAsync);
    }

    public LiveFigures<T> Current => Volatile.Read(ref current);

    /// <summary>Adds a callback for changes and returns the number of viewers.</summary>
    public int Add(Action viewer)
    {
        lock (gate)
        {
            viewers.Add(viewer);
            return viewers.Count;
        }
    }

    /// <summary>Removes a callback and returns the number of remaining viewers.</summary>
    public int Remove(Action viewer)
    {
        lock (gate)
        {
            viewers.Remove(viewer);
            return viewers.Count;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await disposing.CancelAsync();
        await Task.WhenAll(reading, following);
        disposing.Dispose();
        refreshRequested.Dispose();
    }

    /// <summary>Requests a read after a change that raises no event.</summary>
    public void RequestRefresh()
    {
        lock (gate)
        {
            if (refreshRequested.CurrentCount == 0)
            {
                refreshRequested.Release();
            }
        }
    }

    private void OnChanged()
    {
        lock (gate)
        {
            isFollowing = true;
        }

        RequestRefresh();
    }

    private async Task FollowAsync()
    {
        while (!disposing.IsCancellationRequested)
        {
            try
            {
                await follow(OnChanged, disposing.Token);
            }
            catch (Exception exception) when (!disposing.IsCancellationRequested)
            {
                LogFollowFailed(logger, typeof(T).Name, exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            lock (gate)
            {
                isFollowing = false;
            }

            Publish(null);
            await DelayAsync(RetryDelay);
        }
    }

    private async Task ReadAsync()
    {
        while (!disposing.IsCancellationRequested)
        {
            var startedAt = TimeProvider.System.GetTimestamp();
            try
            {
                Publish(await read(disposing.Token));
            }
            catch (Exception exception) when (!disposing.IsCancellationRequested)
            {
                LogReadFailed(logger, typeof(T).Name, exception);
                lock (gate)
                {
                    isReadable = false;
                }

                Publish(null);
                await DelayAsync(RetryDelay);
                continue;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await DelayAsync(DelayAfter(TimeProvider.System.GetElapsedTime(startedAt)));
            await ((Task)refreshRequested.WaitAsync(MaxAge, disposing.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan DelayAfter(TimeSpan readTime)
    {
        lock (gate)
        {
            var wanted = Math.Max((readTime * ReadTimeFactor).Ticks, (DelayPerViewer * viewers.Count).Ticks);
            return TimeSpan.FromTicks(Math.Clamp(wanted, MinInterval.Ticks, MaxInterval.Ticks));
        }
    }

    private async Task DelayAsync(TimeSpan delay) =>
        await Task.Delay(delay, TimeProvider.System, disposing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Publishes new figures, or a change of state for null, and notifies all viewers.</summary>
    private void Publish(T? figures)
    {
        Action[] toNotify;
        lock (gate)
        {
            isReadable |= figures is not null;
            if (isFollowing && isReadable)
            {
                unhealthySince = TimeProvider.System.GetTimestamp();
            }

            var state = isFollowing && isReadable ? LiveState.Live
                : TimeProvider.System.GetElapsedTime(unhealthySince) >= LostAfter ? LiveState.Lost
                : wasLive ? LiveState.Reconnecting
                : LiveState.Opening;
            wasLive |= state == LiveState.Live;
            current = figures is null ? current with { State = state } : new(figures, time.GetUtcNow(), state);
            toNotify = [.. viewers];
        }

        foreach (var viewer in toNotify)
        {
            viewer();
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "The dashboard could not read {Figures}. It will try again.")]
    private static partial void LogReadFailed(ILogger logger, string figures, Exception exception);

    [LoggerMessage(3002, LogLevel.Warning, "The dashboard could not follow changes to {Figures}. It will try again.")]
    private static partial void LogFollowFailed(ILogger logger, string figures, Exception exception);
}
