using CsCheck;

namespace Entourage.Domain.Tests;

internal sealed class TokenCountsTests
{
    private static readonly Gen<TokenCounts> Counts =
        from input in Gen.Long[0, TokenCounts.LargestInput]
        from output in Gen.Long[0, TokenCounts.LargestInput]
        from read in Gen.Long[0, TokenCounts.LargestInput]
        from write in Gen.Long[0, TokenCounts.LargestInput]
        select new TokenCounts(input, output, read, write);

    [Test]
    public void Cached_tokens_are_zero_by_default() => Assert.That(new TokenCounts(1, 2), Is.EqualTo(new TokenCounts(1, 2, 0, 0)));

    [Test]
    public void The_total_is_input_and_output() => Assert.That(new TokenCounts(1, 20, 300, 4_000).Total, Is.EqualTo(21));

    [Test]
    public void The_sum_of_all_classes_includes_cached_tokens() => Assert.That(new TokenCounts(1, 20, 300, 4_000).OfAllClasses, Is.EqualTo(4_321));

    [Test]
    public void Counts_are_added_class_by_class() =>
        Gen.Select(Counts, Counts).Sample((left, right) => left + right == new TokenCounts(
            left.Input + right.Input,
            left.Output + right.Output,
            left.CacheRead + right.CacheRead,
            left.CacheWrite + right.CacheWrite));

    [Test]
    public void The_total_of_a_sum_is_the_sum_of_the_totals() =>
        Gen.Select(Counts, Counts).Sample((left, right) =>
            (left + right).Total == left.Total + right.Total && (left + right).OfAllClasses == left.OfAllClasses + right.OfAllClasses);

    [TestCase(1, 0, 0, 0)]
    [TestCase(0, 1, 0, 0)]
    [TestCase(0, 0, 1, 0)]
    [TestCase(0, 0, 0, 1)]
    public void A_sum_that_does_not_fit_in_one_class_throws(long input, long output, long read, long write)
    {
        var full = new TokenCounts(long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue);
        Assert.That(() => full + new TokenCounts(input, output, read, write), Throws.TypeOf<OverflowException>());
    }

    [Test]
    public void Counts_are_subtracted_class_by_class()
    {
        Gen.Select(Counts, Counts).Sample((left, right) => left + right - right == left);
        Assert.That(new TokenCounts(9, 8, 7, 6) - new TokenCounts(1, 2, 3, 5), Is.EqualTo(new TokenCounts(8, 6, 4, 1)));
        Assert.That(() => new TokenCounts(long.MinValue, 0) - new TokenCounts(1, 0), Throws.TypeOf<OverflowException>());
    }

    [Test]
    public void Totals_that_do_not_fit_throw()
    {
        Assert.That(() => new TokenCounts(long.MaxValue, 1).Total, Throws.TypeOf<OverflowException>());
        Assert.That(() => new TokenCounts(long.MaxValue, 0, 1).OfAllClasses, Throws.TypeOf<OverflowException>());
    }

    [Test]
    public void Totals_are_added_class_by_class_up_to_the_largest()
    {
        const long Most = TokenCounts.LargestTotal;
        Assert.That(
            TokenCounts.AddTotals(new(1, 2, 3, 4), new(10, 20, 30, 40)), Is.EqualTo(new TokenCounts(11, 22, 33, 44)));
        Assert.That(
            TokenCounts.AddTotals(new(Most - 1, Most, Most - 3, Most - 4), new(1, -7, 4, 3)), Is.EqualTo(new TokenCounts(Most, Most, Most, Most - 1)));
        Assert.That(TokenCounts.TotalOf(Most + 5, -10), Is.EqualTo(Most));
        Assert.That(TokenCounts.TotalOf(long.MaxValue, long.MaxValue), Is.EqualTo(Most));
    }
}
