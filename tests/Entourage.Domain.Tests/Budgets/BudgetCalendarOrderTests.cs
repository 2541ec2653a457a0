using CsCheck;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

/// <summary>A calendar caches the latest day, which must not change its answers.</summary>
internal sealed class BudgetCalendarOrderTests
{
    private static readonly string[] Zones =
        [.. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Where(IsKnown).Order(StringComparer.Ordinal)];

    // Days close to each other, to the tick around midnight, where a cached day may be the wrong one.
    private static readonly Gen<long[]> Ticks = Gen.Select(
        Gen.DateTime[new DateTime(2024, 1, 1), new DateTime(2036, 1, 1)],
        Gen.OneOf(
            Gen.Long[0, 40 * TimeSpan.TicksPerDay],
            Gen.Select(Gen.Int[0, 3 * 96], Gen.Long[-1, 1], (quarters, ticks) => (quarters * 15 * TimeSpan.TicksPerMinute) + ticks)).Array[2, 60],
        (from, offsets) => offsets.Select(offset => from.Date.Ticks + offset).ToArray());

    private static readonly BudgetPeriod[] Periods = Enum.GetValues<BudgetPeriod>();

    [Test]
    public void The_order_of_calls_does_not_change_the_answers() =>
        Gen.Select(Gen.OneOf(Zones), Ticks).Sample(
            (zone, ticks) =>
            {
                var caching = CalendarOf(zone);
                return ticks.Select(tick => new DateTimeOffset(tick, TimeSpan.Zero))
                    .All(instant => AnswersOf(caching, instant).SequenceEqual(AnswersOf(CalendarOf(zone), instant)));
            },
            iter: 200);

    [Test]
    public void Concurrent_calls_do_not_change_the_answers()
    {
        var shared = CalendarOf("America/New_York");
        var instants = Enumerable.Range(0, 200).Select(i => Some.Now.AddHours(i * 7 % 100)).ToArray();

        var answers = instants.AsParallel().AsOrdered().Select(instant => AnswersOf(shared, instant)).ToArray();

        Assert.That(answers, Is.EqualTo(instants.Select(instant => AnswersOf(CalendarOf("America/New_York"), instant))));
    }

    private static BudgetCalendar CalendarOf(string zone) => new(TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static (DateOnly Window, DateTimeOffset? ResetsAt)[] AnswersOf(BudgetCalendar calendar, DateTimeOffset instant) =>
        [.. Periods.Select(period => (calendar.WindowOf(period, instant), calendar.ResetsAt(period, instant)))];

    private static bool IsKnown(string zone)
    {
        try
        {
            return BudgetCalendar.Of(zone) is not null;
        }
        catch (RuleViolationException)
        {
            return false;
        }
    }
}
