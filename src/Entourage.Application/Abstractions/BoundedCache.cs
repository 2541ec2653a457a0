using System.Collections.Concurrent;

namespace Entourage.Application.Abstractions;

/// <summary>
/// Remembers what was asked for lately, and no more than so much. There are two halves: when the young one is full it becomes the old
/// one, and what is in the old one and not asked for until that happens again is forgotten.
/// </summary>
/// <typeparam name="TKey">By what.</typeparam>
/// <typeparam name="TValue">What.</typeparam>
/// <param name="capacity">The most things, 2 or more; a few more where many are added at once.</param>
public sealed class BoundedCache<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private volatile ConcurrentDictionary<TKey, TValue> young = new();
    private volatile ConcurrentDictionary<TKey, TValue> old = new();
    private int added;

    /// <summary>What is remembered under a key.</summary>
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

    /// <summary>Remembers a thing.</summary>
    public void Set(TKey key, TValue value)
    {
        young[key] = value;
        Count();
    }

    /// <summary>Remembers a thing unless one is remembered under its key. Of those who try at once one succeeds.</summary>
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
