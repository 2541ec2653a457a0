using Entourage.Dashboard.Format;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Dashboard.Tests;

internal sealed class FormatterTests
{
    [TestCase("0", "$0.00")]
    [TestCase("0.000000001", "<$0.0001")]
    [TestCase("0.0123", "$0.0123")]
    [TestCase("0.012", "$0.0120")]
    [TestCase("0.0999", "$0.0999")]
    [TestCase("0.5", "$0.50")]
    [TestCase("4.23", "$4.23")]
    [TestCase("1234.5", "$1,234.50")]
    [TestCase("12345.6", "$12,346")]
    [TestCase("-0.5", "−$0.50")]
    public void Amounts_are_shortened_for_reading(string usd, string shown) =>
        Assert.That(Formatter.Usd(Money.FromUsd(decimal.Parse(usd, System.Globalization.CultureInfo.InvariantCulture))), Is.EqualTo(shown));

    [TestCase(0, "0")]
    [TestCase(999, "999")]
    [TestCase(1_000, "1k")]
    [TestCase(12_345, "12.3k")]
    [TestCase(99_949, "99.9k")]
    [TestCase(123_456, "123k")]
    [TestCase(999_499, "999k")]
    [TestCase(999_500, "1M")]
    [TestCase(1_234_567, "1.2M")]
    [TestCase(1_234_567_890, "1.23B")]
    public void Counts_are_shortened(long count, string shown) => Assert.That(Formatter.Count(count), Is.EqualTo(shown));

    [Test]
    public void Times_are_in_the_given_zone() => Assert.Multiple(() =>
    {
        var at = new DateTimeOffset(2026, 6, 10, 22, 5, 9, TimeSpan.Zero);
        Assert.That(Formatter.Time(at, "Europe/Berlin"), Is.EqualTo("00:05:09"));
        Assert.That(Formatter.Moment(at, "Europe/Berlin"), Is.EqualTo("11 Jun 00:05"));
        Assert.That(Formatter.Minute(at, "America/New_York"), Is.EqualTo("18:05"));
    });

    [TestCase("80% claude-opus-* claude-sonnet-5-5", "80% claude-opus-* claude-sonnet-5-5")]
    [TestCase(" 80  gpt-5 gpt-5-mini;95.25% gpt-* gpt-5-nano ;", "80% gpt-5 gpt-5-mini; 95.25% gpt-* gpt-5-nano")]
    [TestCase("", "")]
    public void Cheaper_models_are_written_as_a_percentage_and_two_names(string text, string shown)
    {
        var (rules, error) = InputParser.Fallbacks(text);
        Assert.That((InputParser.Format(rules!.Select(rule => new ModelFallback(rule.WhenSpent!.Value, rule.From!, rule.To!))), error), Is.EqualTo((shown, (string?)null)));
    }

    [TestCase("80%")]
    [TestCase("claude-opus-* 80% claude-sonnet-5-5")]
    [TestCase("80% a b c")]
    public void Cheaper_models_in_another_form_get_an_example(string text) => Assert.That(InputParser.Fallbacks(text).Error, Does.Contain("for example"));

    [TestCase(0, "<1 min")]
    [TestCase(59, "59 min")]
    [TestCase(125, "2 h 05")]
    public void Long_durations_are_shown_in_hours(long minutes, string shown) => Assert.That(Formatter.Minutes(minutes), Is.EqualTo(shown));
}
