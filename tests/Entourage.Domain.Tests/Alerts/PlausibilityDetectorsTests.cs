using Entourage.Domain.Alerts;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class PlausibilityDetectorsTests
{
    private static readonly Guid Agent = new("01912345-6789-7abc-8def-0123456789ab");

    [Test]
    public void An_implausible_usage_is_found_once_for_each_agent_and_day()
    {
        var found = PlausibilityDetectors.OfUsage(Agent, 42, Some.Usd(1_000_000), Some.Usd(1_000), new DateOnly(2026, 3, 4));

        Assert.Multiple(() =>
        {
            Assert.That((found.Kind, found.Cause, found.Window), Is.EqualTo((AlertKind.ImplausibleUsage, $"usage:{Agent}", "2026-03-04")));
            Assert.That(found.Message, Is.EqualTo("Session 42 recorded one usage of $1,000,000, above the plausible limit of $1,000.00."));
            Assert.That((found.Details.Cost, found.Details.Limit), Is.EqualTo(((Money?)Some.Usd(1_000_000), (Money?)Some.Usd(1_000))));
        });
    }

    [Test]
    public void An_implausible_hour_of_any_size_is_found_once_for_each_agent()
    {
        var spent = MoneyTotal.FromUsd(12_345_678_901_234m);
        var found = PlausibilityDetectors.OfHour(Agent, spent, Some.Usd(10_000), Some.Now);

        Assert.Multiple(() =>
        {
            Assert.That((found.Cause, found.Window), Is.EqualTo(($"hour:{Agent}", "2026-03-04T05:06Z")));
            Assert.That(
                found.Message,
                Is.EqualTo("The agent's sessions cost $12,345,678,901,234 in the hour from 2026-03-04 05:06 UTC, above the plausible limit of $10,000."));
            Assert.That(found.Details.Spent, Is.EqualTo((MoneyTotal?)spent));
            Assert.That(found.Window, Has.Length.LessThanOrEqualTo(Alert.WindowLength));
            Assert.That(found.Cause, Has.Length.LessThanOrEqualTo(Alert.CauseLength));
        });
    }
}
