using Entourage.Infrastructure.Ledger;

namespace Entourage.Infrastructure.Tests.Ledger;

internal sealed class ImageRowsTests
{
    [Test]
    public void Kept_row_is_found_until_it_is_replaced_or_removed()
    {
        var rows = new ImageRows<int, string>(capacity: 2);
        rows.Set(1, "one");
        Assert.That(rows.TryGet(1, out var kept), Is.True);
        Assert.That(kept, Is.EqualTo("one"));

        rows.Set(1, "uno");
        Assert.That(rows.TryGet(1, out kept) ? kept : null, Is.EqualTo("uno"));

        rows.Remove(1);
        Assert.That(rows.TryGet(1, out _), Is.False);
    }

    [Test]
    public void Rows_are_dropped_when_there_are_too_many()
    {
        var rows = new ImageRows<int, string>(capacity: 2);
        rows.Set(1, "one");
        rows.Set(2, "two");

        rows.Set(2, "zwei");
        Assert.That(rows.TryGet(1, out _), Is.True, "a replaced row takes no further place");

        rows.Set(3, "three");
        Assert.That((rows.TryGet(1, out _), rows.TryGet(2, out _), rows.TryGet(3, out _)), Is.EqualTo((false, false, true)));
    }

    [Test]
    public void Row_that_differs_from_the_stored_one_is_reported()
    {
        var rows = new ImageRows<int, string>(capacity: 2);

        Assert.That(() => rows.EnsureCurrent("one", "one"), Throws.Nothing);
        Assert.That(() => rows.EnsureCurrent("one", "two"), Throws.InvalidOperationException.With.Message.Contains("one").And.Message.Contains("two"));
    }

    [Test]
    public void Row_that_need_not_be_equal_is_compared_by_its_own_rule()
    {
        var rows = new ImageRows<int, int>(capacity: 2, static (kept, stored) => kept <= stored);

        Assert.That(() => rows.EnsureCurrent(1, 2), Throws.Nothing);
        Assert.That(() => rows.EnsureCurrent(2, 1), Throws.InvalidOperationException);
    }
}
