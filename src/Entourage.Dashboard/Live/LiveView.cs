using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

/// <summary>
/// The figures of one thing, kept up for all who look at it: read once for all of them, when something has changed, and no more often than
/// they can be looked at or than a small part of this process's time allows.
/// </summary>
/// <typeparam name="T">The figures.</typeparam>
public sealed partial class LiveView<T> : IAsyncDisposable
    where T : class
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(2);

    // What nothing tells of changes too: days end, pauses run out.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromSeconds(30);

    // To render a page anew and to send what differs costs about so much for each who looks.
    private static readonly TimeSpan PauseForViewer = TimeSpan.FromMilliseconds(15);
    private const int PauseForTimeRead = 10;

    private readonly Func<CancellationToken, Task<T>> read;
    private readonly Func<Action, CancellationToken, Task> follow;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource ending = new();
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly Lock gate = new();
    private readonly List<Action> viewers = [];
    private readonly Task reading;
    private readonly Task following;
    private LiveFigures<T> current = new(null, null, LiveState.Opening);
    private bool followed;
    private bool readable;
    private bool wasLive;
    private long unhealthySince = TimeProvider.System.GetTimestamp();

    /// <summary>Begins to keep figures up.</summary>
    /// <param name="read">Reads them.</param>
    /// <param name="follow">
    /// Calls what it is given once as soon as it follows, and whenever the figures may have changed, until it is cancelled; it ends or throws
    /// when it cannot go on, and is begun again.
    /// </param>
    /// <param name="time">The clock of the figures.</param>
    /// <param name="logger">For what goes wrong.</param>
    public LiveView(Func<CancellationToken, Task<T>> read, Func<Action, CancellationToken, Task> follow, TimeProvider time, ILogger logger)
    {
        (this.read, this.follow, this.time, this.logger) = (read, follow, time, logger);
        reading = Task.Run(ReadAsync);
        following = Task.Run(FollowAsync);
    }

    /// <summary>The figures as they were read last.</summary>
    public LiveFigures<T> Current => Volatile.Read(ref current);

    /// <summary>Adds somebody who is told of changes.</summary>
    /// <returns>How many look.</returns>
    public int Add(Action viewer)
    {
        lock (gate)
        {
            viewers.Add(viewer);
            return viewers.Count;
        }
    }

    /// <summary>Takes somebody away.</summary>
    /// <returns>How many are left.</returns>
    public int Remove(Action viewer)
    {
        lock (gate)
        {
            viewers.Remove(viewer);
            return viewers.Count;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(reading, following);
        ending.Dispose();
        wake.Dispose();
    }

    /// <summary>Has the figures read soon, though nothing tells that they changed.</summary>
    public void ReadSoon()
    {
        lock (gate)
        {
            if (wake.CurrentCount == 0)
            {
                wake.Release();
            }
        }
    }

    private void Wake()
    {
        lock (gate)
        {
            followed = true;
        }

        ReadSoon();
    }

    private async Task FollowAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await follow(Wake, ending.Token);
            }
            catch (Exception exception) when (!ending.IsCancellationRequested)
            {
                LogNotFollowed(logger, typeof(T).Name, exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            lock (gate)
            {
                followed = false;
            }

            Publish(null);
            await PauseAsync(PauseAfterFault);
        }
    }

    private async Task ReadAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            var began = TimeProvider.System.GetTimestamp();
            try
            {
                Publish(await read(ending.Token));
            }
            catch (Exception exception) when (!ending.IsCancellationRequested)
            {
                LogNotRead(logger, typeof(T).Name, exception);
                lock (gate)
                {
                    readable = false;
                }

                Publish(null);
                await PauseAsync(PauseAfterFault);
                continue;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await PauseAsync(PauseAfter(TimeProvider.System.GetElapsedTime(began)));
            await ((Task)wake.WaitAsync(MaxAge, ending.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan PauseAfter(TimeSpan took)
    {
        lock (gate)
        {
            var wanted = Math.Max((took * PauseForTimeRead).Ticks, (PauseForViewer * viewers.Count).Ticks);
            return TimeSpan.FromTicks(Math.Clamp(wanted, ShortestPause.Ticks, MaxPause.Ticks));
        }
    }

    private async Task PauseAsync(TimeSpan pause) =>
        await Task.Delay(pause, TimeProvider.System, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Tells everybody: of figures that were just read, or of a fault.</summary>
    private void Publish(T? figures)
    {
        Action[] toTell;
        lock (gate)
        {
            readable |= figures is not null;
            if (followed && readable)
            {
                unhealthySince = TimeProvider.System.GetTimestamp();
            }

            var state = followed && readable ? LiveState.Live
                : TimeProvider.System.GetElapsedTime(unhealthySince) >= GivenUpAfter ? LiveState.Lost
                : wasLive ? LiveState.Reconnecting
                : LiveState.Opening;
            wasLive |= state == LiveState.Live;
            current = figures is null ? current with { State = state } : new(figures, time.GetUtcNow(), state);
            toTell = [.. viewers];
        }

        foreach (var viewer in toTell)
        {
            viewer();
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "{Figures} of the dashboard could not be read; that is tried again")]
    private static partial void LogNotRead(ILogger logger, string figures, Exception exception);

    [LoggerMessage(3002, LogLevel.Warning, "What changes {Figures} of the dashboard could not be followed; that is tried again")]
    private static partial void LogNotFollowed(ILogger logger, string figures, Exception exception);
}
