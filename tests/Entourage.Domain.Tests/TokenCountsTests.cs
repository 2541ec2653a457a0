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
}
