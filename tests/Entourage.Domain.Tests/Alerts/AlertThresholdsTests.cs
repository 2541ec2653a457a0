using Entourage.Domain.Alerts;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class AlertThresholdsTests
{
    [TestCase("")]
    [TestCase("0.5")]
    [TestCase("0.0001,0.25,1.00,10")]
    public void Thresholds_survive_the_round_trip_through_text(string text)
    {
        var thresholds = AlertThresholds.Parse(text);
        Assert.That(thresholds.Text, Is.EqualTo(text));
        Assert.That(AlertThresholds.Of(thresholds.Ratios), Is.EqualTo(thresholds));
        Assert.That(thresholds.GetHashCode(), Is.EqualTo(AlertThresholds.Parse(text).GetHashCode()));
        Assert.That(thresholds, Is.Not.EqualTo(AlertThresholds.Default));
    }

    [TestCase(0.5, 0.5)]
    [TestCase(0.8, 0.5)]
    [TestCase(0, 0.5)]
    [TestCase(0.5, 10.1)]
    [TestCase(0.00005, 0.5)]
    public void Thresholds_that_do_not_rise_or_are_out_of_range_are_refused(decimal first, decimal second) =>
        Assert.That(() => AlertThresholds.Of([first, second]), Refused.With("validation", "AlertThresholds"));

    [TestCase("10", true)]
    [TestCase("10.0001", false)]
    [TestCase("0.0001", true)]
    [TestCase("0.00001", false)]
    [TestCase("0", false)]
    [TestCase("-1", false)]
    public void A_share_is_above_0_up_to_10_with_at_most_4_decimals(decimal share, bool isAllowed) =>
        Assert.That(AlertThresholds.Allow([share]), Is.EqualTo(isAllowed));

    [Test]
    public void There_are_at_most_10_shares()
    {
        var eleven = Enumerable.Range(1, AlertThresholds.MaxCount + 1).Select(i => i / 20m).ToArray();
        Assert.That(AlertThresholds.Allow(eleven), Is.False);
        Assert.That(AlertThresholds.Allow(eleven[1..]), Is.True);
        Assert.That(AlertThresholds.Allow([]), Is.True);
    }

    [Test]
    public void The_longest_text_fits_its_column()
    {
        var longest = Enumerable.Range(0, AlertThresholds.MaxCount).Select(i => 9.9990m + (i / 10_000m)).ToArray();
        Assert.That(AlertThresholds.Of(longest).Text, Has.Length.LessThanOrEqualTo(AlertThresholds.TextLength));
    }

    [Test]
    public void Thresholds_keep_the_given_shares_when_the_caller_changes_the_list()
    {
        decimal[] shares = [0.5m, 0.8m];
        var thresholds = AlertThresholds.Of(shares);
        shares[0] = 0.7m;
        Assert.That(thresholds.Ratios, Is.EqualTo(new[] { 0.5m, 0.8m }));
    }

    [Test]
    public void Thresholds_with_equal_texts_are_equal()
    {
        var (one, same, other) = (AlertThresholds.Of([0.5m]), AlertThresholds.Of([0.5m]), AlertThresholds.Of([0.50m]));
        Assert.Multiple(() =>
        {
            Assert.That(one.Equals(same), Is.True);
            Assert.That(one.Equals((object)same), Is.True);
            Assert.That(one.Equals(other), Is.False);
            Assert.That(one.Equals(null as AlertThresholds), Is.False);
            Assert.That(one.Equals("0.5"), Is.False);
            Assert.That($"{one}", Is.EqualTo("0.5"));
        });
    }

    [Test]
    public void The_default_thresholds_are_50_80_and_100_percent()
    {
        Assert.That(AlertThresholds.Default.Ratios, Is.EqualTo(new[] { 0.5m, 0.8m, 1m }));
        Assert.That(AlertThresholds.Parse("0.5,0.8,1.0"), Is.SameAs(AlertThresholds.Default));
    }
}
