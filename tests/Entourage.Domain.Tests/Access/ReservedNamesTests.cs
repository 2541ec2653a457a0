using Entourage.Domain.Access;

namespace Entourage.Domain.Tests.Access;

internal sealed class ReservedNamesTests
{
    [TestCase("entourage")]
    [TestCase("operator")]
    [TestCase("bootstrap")]
    [TestCase("ENTOURAGE")]
    [TestCase(" En-tou.rage ")]
    [TestCase("éntourägé", TestName = "{m}(diacritics)")]
    [TestCase("еntоurаgе", TestName = "{m}(Cyrillic letters)")]
    [TestCase("ΕΝΤΟURAGE", TestName = "{m}(Greek capitals)")]
    [TestCase("0perat0r", TestName = "{m}(zeros)")]
    [TestCase("ｅｎｔｏｕｒａｇｅ", TestName = "{m}(full-width letters)")]
    [TestCase("boot\u200bstrap", TestName = "{m}(a zero-width space)")]
    [TestCase("boot\u3164strap", TestName = "{m}(a Hangul filler)")]
    [TestCase("boot\u115fstr\u1160ap\uffa0", TestName = "{m}(other fillers)")]
    [TestCase("oper\ud800ator", TestName = "{m}(a lone surrogate)")]
    public void A_name_that_looks_like_a_reserved_one_is_an_imitation(string name) => Assert.That(ReservedNames.Imitates(name), Is.True);

    [TestCase("")]
    [TestCase("entourage2")]
    [TestCase("my entourage")]
    [TestCase("operators")]
    [TestCase("boot")]
    [TestCase("オペレーター")]
    public void Any_other_name_is_not_an_imitation(string name) => Assert.That(ReservedNames.Imitates(name), Is.False);

    [TestCase('\u061c')]
    [TestCase('\u200e')]
    [TestCase('\u200f')]
    [TestCase('\u202a')]
    [TestCase('\u202e')]
    [TestCase('\u2066')]
    [TestCase('\u2069')]
    public void Direction_characters_are_recognised(char character) => Assert.That(ReservedNames.HasDirections($"a{character}b"), Is.True);

    [TestCase('\u061b')]
    [TestCase('\u200d')]
    [TestCase('\u2010')]
    [TestCase('\u2029')]
    [TestCase('\u202f')]
    [TestCase('\u2065')]
    [TestCase('\u206a')]
    public void Their_neighbours_are_not_direction_characters(char character) => Assert.That(ReservedNames.HasDirections($"a{character}b"), Is.False);

    [Test]
    public void There_are_three_reserved_names() =>
        Assert.That(ReservedNames.All, Is.EqualTo(new[] { ReservedNames.Product, ReservedNames.Operator, ReservedNames.FirstKey }));
}
