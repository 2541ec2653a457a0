using Entourage.Application.Abstractions;

namespace Entourage.Infrastructure.Tests;

/// <summary>What is remembered has a bound, and what is asked for stays.</summary>
internal sealed class BoundedCacheTests
{
    private const int Capacity = 100;

    private BoundedCache<int, string> cache = null!;

    [SetUp]
    public void Create() => cache = new(Capacity);

    [Test]
    public void However_much_is_added_no_more_is_remembered_than_the_capacity()
    {
        for (var number = 0; number < 50 * Capacity; number++)
        {
            cache.Set(number, $"{number}");
        }

        Assert.That(Enumerable.Range(0, 50 * Capacity).Count(number => cache.TryGet(number, out _)), Is.InRange(Capacity / 2 - 1, Capacity));
    }

    [Test]
    public void What_is_asked_for_again_and_again_is_not_forgotten()
    {
        cache.Set(-1, "kept");
        for (var number = 0; number < 50 * Capacity; number++)
        {
            cache.Set(number, "");
            Assert.That(cache.TryGet(-1, out var value) ? value : null, Is.EqualTo("kept"), $"{number}");
        }
    }

    [Test]
    public void Of_those_who_add_the_same_at_once_one_does()
    {
        for (var number = 0; number < 20; number++)
        {
            var added = 0;
            Parallel.For(0, 16, _ => Interlocked.Add(ref added, cache.TryAdd(number, "") ? 1 : 0));
            Assert.That(added, Is.EqualTo(1));
        }
    }

    [Test]
    public void What_is_remembered_is_not_added_again_until_it_is_forgotten()
    {
        Assert.That((cache.TryAdd(-1, ""), cache.TryAdd(-1, "")), Is.EqualTo((true, false)));
        for (var number = 0; number < Capacity; number++)
        {
            cache.TryAdd(number, "");
        }

        Assert.That(cache.TryAdd(-1, ""), Is.True);
    }
}
