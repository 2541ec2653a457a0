using CsCheck;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Sessions;

internal sealed class UsageRecordTests
{
    private const long FiveMinutesAhead = 5 * TimeSpan.TicksPerMinute;

    private const long ThirtyDaysBack = -30 * TimeSpan.TicksPerDay;

    [TestCase(0, true)]
    [TestCase(FiveMinutesAhead, true)]
    [TestCase(FiveMinutesAhead + 1, false)]
    [TestCase(ThirtyDaysBack, true)]
    [TestCase(ThirtyDaysBack - 1, false)]
    public void Usage_is_at_most_five_minutes_ahead_and_thirty_days_back(long ticksFromNow, bool may) =>
        Assert.That(UsageRecord.MayHaveOccurredAt(Some.Now.AddTicks(ticksFromNow), Some.Now), Is.EqualTo(may));

    [Test]
    public void The_offset_of_a_clock_makes_no_difference() =>
        Gen.Select(Gen.Long[2 * ThirtyDaysBack, 2 * FiveMinutesAhead], Gen.Int[-14, 14]).Sample((ticks, hours) =>
            UsageRecord.MayHaveOccurredAt(Some.Now.AddTicks(ticks).ToOffset(TimeSpan.FromHours(hours)), Some.Now)
            == (ticks is >= ThirtyDaysBack and <= FiveMinutesAhead));
}
