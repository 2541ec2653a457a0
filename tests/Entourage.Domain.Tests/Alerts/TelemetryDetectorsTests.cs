using Entourage.Domain.Alerts;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class TelemetryDetectorsTests
{
    private static readonly Guid Agent = new("01912345-6789-7abc-8def-0123456789ab");
    private static readonly DateOnly Today = new(2026, 3, 4);

    [Test]
    public void A_wrong_attribute_is_reported_once_for_each_fault_and_day()
    {
        var found = TelemetryDetectors.WrongAttribute(Agent, "There is no task 7.", Today);
        Assert.Multiple(() =>
        {
            Assert.That((found.Kind, found.Window), Is.EqualTo((AlertKind.TelemetryAttribute, "2026-03-04")));
            Assert.That(found.Cause, Is.EqualTo($"agent:{Agent}:{Fingerprint.Of("There is no task 7.")}"));
            Assert.That(found.Message, Is.EqualTo("Telemetry of the agent was recorded without one of its attributes: There is no task 7."));
            Assert.That(found.Details, Is.EqualTo(new AlertDetails()));
        });
    }

    [Test]
    public void A_long_fault_is_cut() => Assert.That(
        TelemetryDetectors.WrongAttribute(Agent, new string('x', 600), Today).Message, Has.Length.EqualTo(Alert.MessageLength));

    [Test]
    public void A_wrong_clock_is_reported_once_a_day_with_both_times_in_utc()
    {
        var found = TelemetryDetectors.WrongClock(
            Agent, TestTime.Parse("2025-01-02T03:04:00+01:00"), TestTime.Parse("2026-03-04T05:06:07+02:00"), Today);
        Assert.That((found.Kind, found.Cause, found.Window), Is.EqualTo((AlertKind.TelemetryClock, $"agent:{Agent}", "2026-03-04")));
        Assert.That(
            found.Message,
            Is.EqualTo(
                "The clock of the agent's program is wrong: telemetry received at 2026-03-04 03:06 UTC is dated 2025-01-02 02:04 UTC. "
                + "Such usage counts at the time it was received."));
    }
}
