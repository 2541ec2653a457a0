using Entourage.Application.Abstractions;

namespace Entourage.Infrastructure.Tests;

/// <summary>The cache is bounded, and entries in use stay.</summary>
internal sealed class BoundedCacheTests
{
    private const int Capacity = 100;

    private BoundedCache<int, string> cache = null!;

    [SetUp]
    public void Create() => cache = new(Capacity);

    [Test]
    public void Cache_never_exceeds_its_capacity()
    {
        for (var number = 0; number < 50 * Capacity; number++)
        {
            cache.Set(number, $"{number}");
        }

        Assert.That(Enumerable.Range(0, 50 * Capacity).Count(number => cache.TryGet(number, out _)), Is.InRange(Capacity / 2 - 1, Capacity));
    }

    [Test]
    public void Frequently_used_entry_is_not_evicted()
    {
        cache.Set(-1, "kept");
        for (var number = 0; number < 50 * Capacity; number++)
        {
            cache.Set(number, "");
            Assert.That(cache.TryGet(-1, out var value) ? value : null, Is.EqualTo("kept"), $"{number}");
        }
    }

    [Test]
    public void Concurrent_additions_of_one_key_succeed_once()
    {
        for (var number = 0; number < 20; number++)
        {
            var added = 0;
            Parallel.For(0, 16, _ => Interlocked.Add(ref added, cache.TryAdd(number, "") ? 1 : 0));
            Assert.That(added, Is.EqualTo(1));
        }
    }

    [Test]
    public void Cached_key_is_not_added_again_until_it_is_evicted()
    {
        Assert.That((cache.TryAdd(-1, ""), cache.TryAdd(-1, "")), Is.EqualTo((true, false)));
        for (var number = 0; number < Capacity; number++)
        {
            cache.TryAdd(number, "");
        }

        Assert.That(cache.TryAdd(-1, ""), Is.True);
    }
}
