using System.Collections.Concurrent;

namespace Entourage.Application.Abstractions;

/// <summary>Caches recently used values, up to a fixed number.</summary>
/// <remarks>
/// New entries fill one generation. When it is full it becomes the old generation, and entries of the old generation that are not read before the
/// next swap are dropped.
/// </remarks>
/// <typeparam name="TKey">The type of the key.</typeparam>
/// <typeparam name="TValue">The type of the value.</typeparam>
/// <param name="capacity">The most entries to keep, 2 or more. Concurrent additions can exceed it slightly.</param>
public sealed class BoundedCache<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private volatile ConcurrentDictionary<TKey, TValue> young = new();
    private volatile ConcurrentDictionary<TKey, TValue> old = new();
    private int added;

    /// <summary>Returns the cached value of a key, and keeps it in the current generation.</summary>
    public bool TryGet(TKey key, out TValue value)
    {
        if (young.TryGetValue(key, out value!))
        {
            return true;
        }

        if (!old.TryGetValue(key, out value!))
        {
            return false;
        }

        Set(key, value);
        return true;
    }

    /// <summary>Adds or replaces the value of a key.</summary>
    public void Set(TKey key, TValue value)
    {
        young[key] = value;
        Count();
    }

    /// <summary>Removes the value of a key.</summary>
    public void Remove(TKey key)
    {
        young.TryRemove(key, out _);
        old.TryRemove(key, out _);
    }

    /// <summary>Adds a value unless its key is cached already. Among concurrent callers exactly one succeeds.</summary>
    public bool TryAdd(TKey key, TValue value)
    {
        if (TryGet(key, out _) || !young.TryAdd(key, value))
        {
            return false;
        }

        Count();
        return true;
    }

    private void Count()
    {
        if (Interlocked.Increment(ref added) < capacity / 2)
        {
            return;
        }

        lock (gate)
        {
            if (added >= capacity / 2)
            {
                (old, young, added) = (young, new(), 0);
            }
        }
    }
}
