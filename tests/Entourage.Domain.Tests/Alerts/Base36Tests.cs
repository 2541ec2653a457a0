using CsCheck;
using Entourage.Domain.Alerts;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class Base36Tests
{
    [TestCase(0, "0")]
    [TestCase(9, "9")]
    [TestCase(10, "a")]
    [TestCase(35, "z")]
    [TestCase(36, "10")]
    [TestCase(long.MaxValue, "1y2p0ij32e8e7")]
    public void A_number_is_written_and_read_in_base_36(long number, string text) =>
        Assert.That((Base36.Of(number), Base36.Parse(text)), Is.EqualTo((text, number)));

    [Test]
    public void The_largest_unsigned_number_has_13_digits() => Assert.That(Base36.Of(ulong.MaxValue), Is.EqualTo("3w5e11264sgsf"));

    [Test]
    public void Every_number_survives_the_round_trip() => Gen.Long[0, long.MaxValue].Sample(number => Base36.Parse(Base36.Of(number)) == number);

    [Test]
    public void A_negative_number_is_refused() => Assert.That(() => Base36.Of(-1L), Throws.TypeOf<OverflowException>());

    [TestCase("")]
    [TestCase("A")]
    [TestCase("-1")]
    [TestCase("1 ")]
    [TestCase("00000000000000")]
    public void A_text_that_is_not_a_number_is_refused(string text) => Assert.That(() => Base36.Parse(text), Throws.TypeOf<FormatException>());

    [TestCase("1y2p0ij32e8e8")]
    [TestCase("zzzzzzzzzzzzz")]
    public void A_number_beyond_64_bits_is_refused(string text) => Assert.That(() => Base36.Parse(text), Throws.TypeOf<OverflowException>());

    [Test]
    public void The_longest_text_may_have_leading_zeros() => Assert.That(Base36.Parse("000000000000z"), Is.EqualTo(35));
}
