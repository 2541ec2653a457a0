using Entourage.Domain.Labels;

namespace Entourage.Domain.Tests.Labels;

internal sealed class LabelTests
{
    [TestCase("a")]
    [TestCase("7")]
    [TestCase("team.id")]
    [TestCase("cost-center_2")]
    public void A_key_has_letters_digits_dots_hyphens_and_underscores(string key) => Assert.That(Label.Of(key, "x").Key, Is.EqualTo(key));

    [TestCase("")]
    [TestCase(".a")]
    [TestCase("-a")]
    [TestCase("_a")]
    [TestCase("a b")]
    [TestCase("a=b")]
    [TestCase("a\n")]
    [TestCase("kü")]
    [TestCase(null)]
    public void Other_keys_are_refused(string? key) => Assert.That(() => Label.Of(key!, "x"), Refused.With("validation", "Labels"));

    [Test]
    public void A_key_has_at_most_forty_characters()
    {
        Assert.That(Label.Of(new('k', 40), "x").Key, Has.Length.EqualTo(40));
        Assert.That(() => Label.Of(new('k', 41), "x"), Refused.With("validation", "Labels"));
    }

    [Test]
    public void A_value_has_at_most_a_hundred_characters()
    {
        Assert.That(Label.Of("k", new('v', 100)).Value, Has.Length.EqualTo(100));
        Assert.That(() => Label.Of("k", new('v', 101)), Refused.With("validation", "Labels"));
    }

    [TestCase("a=b=c")]
    [TestCase("feature/labels, part 2")]
    [TestCase("Zoë 漢字 \U0001F600")]
    public void A_value_may_be_any_line(string value) => Assert.That(Label.Of("k", value).Value, Is.EqualTo(value));

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" a")]
    [TestCase("a ")]
    [TestCase("a\u00A0")]
    [TestCase("a\nb")]
    [TestCase("a\rb")]
    [TestCase("a\tb")]
    [TestCase("a\u0085b")]
    [TestCase("a\u2028b")]
    [TestCase("a\u2029b")]
    [TestCase("a\0")]
    public void Other_values_are_refused(string? value) => Assert.That(() => Label.Of("k", value), Refused.With("validation", "Labels"));

    // NUnit cannot show lone surrogates, so they are not test cases.
    [Test]
    public void Half_a_surrogate_pair_is_refused()
    {
        const char High = '\uD83D';
        const char Low = '\uDE00';
        Assert.That(Label.IsValue($"{High}{Low}"), Is.True);
        Assert.That(
            new[] { $"{High}", $"{Low}", $"{Low}{High}", $"{High}{High}{Low}", $"a{High}b", $"{High}{Low}{Low}" }.Where(value => Label.IsValue(value)), Is.Empty);
    }

    [TestCase("customer=acme", "customer", "acme")]
    [TestCase("Customer=Acme Inc=2", "customer", "Acme Inc=2")]
    public void A_label_is_written_as_key_and_value(string text, string key, string value)
    {
        var label = Label.Parse(text);
        Assert.That(label, Is.EqualTo(new Label(key, value)));
        Assert.That(label.ToString(), Is.EqualTo($"{key}={value}"));
    }

    [TestCase("customer")]
    [TestCase("=acme")]
    [TestCase("customer=")]
    [TestCase("")]
    public void Other_texts_are_not_labels(string text) => Assert.That(() => Label.Parse(text), Refused.With("validation", "Labels"));

    [Test]
    public void A_message_shows_only_the_beginning_of_a_long_key()
    {
        var refusal = Assert.Throws<RuleViolationException>(() => Label.Of(new('k', 5_000), "x"));
        Assert.That(refusal!.Message, Has.Length.LessThan(250));
    }

    [Test]
    public void The_rows_of_a_set_are_its_labels()
    {
        var (organisation, set) = (Guid.CreateVersion7(), LabelSet.Of([new("user", "dana"), new("pr", "1")]));
        var rows = LabelSetMember.Of(organisation, set).Select(row => (row.OrganisationId, row.LabelSetId, row.Key, row.Value));
        Assert.That(rows, Is.EqualTo(new[] { (organisation, set.Id, "pr", "1"), (organisation, set.Id, "user", "dana") }));
    }
}
