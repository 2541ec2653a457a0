using Entourage.Domain.Keys;

namespace Entourage.Domain.Tests.Keys;

internal sealed class KeyTextTests
{
    [TestCase(31, false)]
    [TestCase(32, true)]
    [TestCase(200, true)]
    [TestCase(201, false)]
    public void A_key_has_32_to_200_characters(int length, bool isPlausible) =>
        Assert.That(KeyText.IsPlausible(new string('k', length)), Is.EqualTo(isPlausible));

    [TestCase(' ', false)]
    [TestCase('!', true)]
    [TestCase('~', true)]
    [TestCase('\u007f', false)]
    [TestCase('é', false)]
    [TestCase('\n', false)]
    public void A_key_has_printable_ascii_characters_only(char character, bool isPlausible) =>
        Assert.That(KeyText.IsPlausible(new string('k', 40) + character), Is.EqualTo(isPlausible));

    [TestCase("ent_0123456789ab_", "0123456789ab")]
    [TestCase("ent_0123456789ab_secret", "0123456789ab")]
    public void A_created_text_is_looked_up_by_its_prefix(string text, string prefix) => Assert.That(KeyText.PrefixOf(text), Is.EqualTo(prefix));

    [TestCase("ent_0123456789ab")]
    [TestCase("ent_0123456789abc_")]
    [TestCase("ENT_0123456789ab_secret")]
    [TestCase("xent_0123456789ab_secret")]
    public void A_text_without_a_prefix_is_looked_up_by_its_hash(string text)
    {
        Assert.That(KeyText.PrefixOf(text), Has.Length.EqualTo(KeyText.PrefixLength));
        Assert.That(text, Does.Not.Contain(KeyText.PrefixOf(text)));
    }

    [Test]
    public void The_hash_of_a_custom_text_never_changes() => Assert.That(
        KeyText.PrefixOf("the-operator-has-chosen-this-one"),
        Is.EqualTo(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("the-operator-has-chosen-this-one"u8))[..12]));
}
