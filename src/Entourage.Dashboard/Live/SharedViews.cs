using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

/// <summary>One <see cref="LiveView{T}"/> per key, shared by all viewers and disposed with the last of them.</summary>
internal abstract class SharedViews<TKey, T>(TimeProvider time, ILogger logger)
    where TKey : notnull
    where T : class
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, LiveView<T>> views = [];

    /// <summary>The clock of the figures.</summary>
    protected TimeProvider Time => time;

    /// <summary>The number of views with at least one viewer.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return views.Count;
            }
        }
    }

    /// <summary>Subscribes to the figures until the result is disposed. The caller must have checked the visitor's access.</summary>
    /// <param name="id">The key of the figures.</param>
    /// <param name="changed">Called on any thread when the figures have changed.</param>
    public LiveSubscription<T> Subscribe(TKey id, Action changed)
    {
        lock (gate)
        {
            if (!views.TryGetValue(id, out var view))
            {
                var source = CreateSource(id);
                views.Add(id, view = new(source.ReadAsync, source.FollowAsync, time, logger));
            }

            view.Add(changed);
            return new(view, () => UnsubscribeAsync(id, view, changed));
        }
    }

    protected abstract ILiveSource<T> CreateSource(TKey id);

    private async ValueTask UnsubscribeAsync(TKey id, LiveView<T> view, Action changed)
    {
        lock (gate)
        {
            if (view.Remove(changed) > 0)
            {
                return;
            }

            views.Remove(id);
        }

        await view.DisposeAsync();
    }
}

/// <summary>Reads and follows the figures of one view.</summary>
internal interface ILiveSource<T>
{
    Task<T> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Calls <paramref name="changed"/> once it follows the events, and whenever the figures may have changed.</summary>
    Task FollowAsync(Action changed, CancellationToken cancellationToken);
}

/// <summary>A viewer's subscription to a view.</summary>
internal sealed class LiveSubscription<T>(LiveView<T> view, Func<ValueTask> unsubscribe) : IAsyncDisposable
    where T : class
{
    private Func<ValueTask>? unsubscribe = unsubscribe;

    public LiveFigures<T> Current => view.Current;

    /// <summary>Requests a read after a change that raises no event.</summary>
    public void RequestRefresh() => view.RequestRefresh();

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref unsubscribe, null)?.Invoke() ?? ValueTask.CompletedTask;
}
