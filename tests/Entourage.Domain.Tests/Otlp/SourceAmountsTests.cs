using CsCheck;
using Entourage.Domain.Otlp;

namespace Entourage.Domain.Tests.Otlp;

internal sealed class SourceAmountsTests
{
    private static readonly Gen<decimal> Number = Gen.Long[0, 1_000_000].Select(number => number / 1_000m);

    private static readonly Gen<SourceAmounts> Amounts =
        from tokens in Number.Array[4]
        from cost in Number
        from hasCost in Gen.Bool
        select new SourceAmounts(tokens[0], tokens[1], tokens[2], tokens[3], hasCost ? cost : null);

    [TestCase(0, 0, 0, 0, false)]
    [TestCase(1, 0, 0, 0, true)]
    [TestCase(0, 1, 0, 0, true)]
    [TestCase(0, 0, 1, 0, true)]
    [TestCase(0, 0, 0, 1, true)]
    [TestCase(-1, -1, -1, -1, false)]
    public void Tokens_of_any_class_are_tokens(int input, int output, int read, int write, bool hasTokens) =>
        Assert.That(new SourceAmounts(input, output, read, write, null).HasTokens, Is.EqualTo(hasTokens));

    [Test]
    public void Without_tokens_and_cost_amounts_are_zero()
    {
        Assert.Multiple(() =>
        {
            Assert.That(SourceAmounts.Zero.IsZero, Is.True);
            Assert.That((SourceAmounts.Zero with { CostUsd = null }).IsZero, Is.True);
            Assert.That((SourceAmounts.Zero with { CostUsd = 0.1m }).IsZero, Is.False);
            Assert.That((SourceAmounts.Zero with { Input = 1 }).IsZero, Is.False);
        });
    }

    [Test]
    public void The_common_part_is_the_smaller_number_of_each_class() => Gen.Select(Amounts, Amounts).Sample((one, other) =>
        one.Common(other) == new SourceAmounts(
            Math.Min(one.Input, other.Input),
            Math.Min(one.Output, other.Output),
            Math.Min(one.CacheRead, other.CacheRead),
            Math.Min(one.CacheWrite, other.CacheWrite),
            one.CostUsd is null || other.CostUsd is null ? null : Math.Min(one.CostUsd.Value, other.CostUsd.Value)));

    [Test]
    public void A_part_can_be_added_and_its_tokens_subtracted_again() => Gen.Select(Amounts, Amounts).Sample((one, other) =>
        one.Plus(other).Without(other) == one with { CostUsd = one.CostUsd + other.CostUsd }
        && one.Plus(other).Input == one.Input + other.Input
        && one.Plus(other).CacheWrite == one.CacheWrite + other.CacheWrite);

    [Test]
    public void Amounts_survive_the_round_trip_through_text() => Amounts.Sample(amounts =>
        amounts.IsZero || SourceAmounts.Parse(amounts.ToString()) == amounts);

    [Test]
    [SetCulture("de-DE")]
    public void The_text_is_the_same_in_every_culture()
    {
        Assert.That(new SourceAmounts(1.5m, 2, 3, 4, 0.25m).ToString(), Is.EqualTo("1.5:2:3:4:0.25"));
        Assert.That(new SourceAmounts(1.5m, 2, 3, 4, null).ToString(), Is.EqualTo("1.5:2:3:4:"));
        Assert.That(SourceAmounts.Zero.ToString(), Is.Empty);
        Assert.That(SourceAmounts.Parse(""), Is.EqualTo(SourceAmounts.Zero));
    }
}
