using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

/// <summary>A view for each thing that somebody looks at, for as long as somebody does, shared by all who do.</summary>
/// <typeparam name="TKey">The id of such a thing.</typeparam>
/// <typeparam name="T">Its figures.</typeparam>
public abstract class SharedViews<TKey, T>(TimeProvider time, ILogger logger)
    where TKey : notnull
    where T : class
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, LiveView<T>> views = [];

    /// <summary>How many are kept up.</summary>
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

    /// <summary>Looks at something, until what is answered is disposed. Whoever looks has been let through before.</summary>
    /// <param name="id">Which.</param>
    /// <param name="changed">Called whenever its figures have changed, on any thread.</param>
    public LiveSubscription<T> Watch(TKey id, Action changed)
    {
        lock (gate)
        {
            if (!views.TryGetValue(id, out var view))
            {
                var source = Open(id);
                views.Add(id, view = new(source.ReadAsync, source.FollowAsync, time, logger));
            }

            view.Add(changed);
            return new(view, () => LeaveAsync(id, view, changed));
        }
    }

    /// <summary>Where the figures of something come from.</summary>
    protected abstract ILiveSource<T> Open(TKey id);

    private async ValueTask LeaveAsync(TKey id, LiveView<T> view, Action changed)
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

/// <summary>Where figures come from.</summary>
/// <typeparam name="T">The figures.</typeparam>
public interface ILiveSource<T>
{
    /// <summary>Reads them.</summary>
    Task<T> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Says when they may have changed; see <see cref="LiveView{T}"/>.</summary>
    Task FollowAsync(Action changed, CancellationToken cancellationToken);
}

/// <summary>Somebody's look at figures.</summary>
/// <typeparam name="T">The figures.</typeparam>
public sealed class LiveSubscription<T>(LiveView<T> view, Func<ValueTask> leave) : IAsyncDisposable
    where T : class
{
    private Func<ValueTask>? leave = leave;

    /// <summary>The figures at present.</summary>
    public LiveFigures<T> Current => view.Current;

    /// <summary>Has them read soon: whoever looks has changed something that no event tells of.</summary>
    public void ReadSoon() => view.ReadSoon();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref leave, null)?.Invoke() ?? ValueTask.CompletedTask;
}
