using System.Globalization;
using Entourage.Domain.Budgets;
using Entourage.Domain.Webhooks;

namespace Entourage.Domain.Tests.Webhooks;

internal sealed class DigestScheduleTests
{
    // 2026-06-10 is a Wednesday. The clocks of New York change on Sunday 2026-03-08 and 2026-11-01.
    [TestCase("2026-06-10T11:59:59Z", DigestPeriod.Daily, "2026-06-10T12:00:00Z")]
    [TestCase("2026-06-10T12:00:00Z", DigestPeriod.Daily, "2026-06-11T12:00:00Z")]
    [TestCase("2026-06-10T12:00:00Z", DigestPeriod.Weekly, "2026-06-15T12:00:00Z")]
    [TestCase("2026-06-15T11:00:00Z", DigestPeriod.Weekly, "2026-06-15T12:00:00Z")]
    [TestCase("2026-06-15T12:00:00Z", DigestPeriod.Weekly, "2026-06-22T12:00:00Z")]
    [TestCase("2026-03-08T00:00:00Z", DigestPeriod.Daily, "2026-03-08T12:00:00Z")]
    [TestCase("2026-11-01T04:30:00Z", DigestPeriod.Daily, "2026-11-01T13:00:00Z")]
    public void Digest_is_due_at_eight_in_the_morning(string instant, DigestPeriod period, string due) => Assert.That(
        DigestSchedule.NextAfter(At(instant), period, BudgetCalendar.Of("America/New_York")), Is.EqualTo(At(due)));

    [Test]
    public void Without_a_period_none_is_due() => Assert.That(DigestSchedule.NextAfter(Some.Now, DigestPeriod.None, BudgetCalendar.Utc), Is.Null);

    [TestCase(DigestPeriod.Daily, "2026-06-14", "2026-06-14")]
    [TestCase(DigestPeriod.Weekly, "2026-06-08", "2026-06-14")]
    public void Digest_covers_the_whole_days_before(DigestPeriod period, string first, string last) => Assert.That(
        DigestSchedule.DaysBefore(At("2026-06-15T12:00:00Z"), period, BudgetCalendar.Of("America/New_York")),
        Is.EqualTo((DateOnly.Parse(first, CultureInfo.InvariantCulture), DateOnly.Parse(last, CultureInfo.InvariantCulture))));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
