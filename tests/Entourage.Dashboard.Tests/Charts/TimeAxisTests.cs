using Entourage.Application.Costs;
using Entourage.Dashboard.Charts;

namespace Entourage.Dashboard.Tests.Charts;

internal sealed class TimeAxisTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 6, 10, 0, 0, 0, TimeSpan.Zero);

    [TestCase(0, 24 * 60, "00:00 03:00 06:00 09:00 12:00 15:00 18:00 21:00")]
    [TestCase(7, 40, "00:10 00:15 00:20 00:25 00:30 00:35 00:40 00:45")]
    [TestCase(0, 1, "00:00:00 00:00:10 00:00:20 00:00:30 00:00:40 00:00:50 00:01:00")]
    [TestCase(22 * 60, 5 * 60, "10 Jun 22:00,10 Jun 23:00,11 Jun 00:00,11 Jun 01:00,11 Jun 02:00,11 Jun 03:00")]
    [TestCase(0, 14 * 24 * 60, "10 Jun,12 Jun,14 Jun,16 Jun,18 Jun,20 Jun,22 Jun,24 Jun")]
    public void Marks_of_a_span_are_at_round_times_and_differ(int startMinutes, int minutes, string marks)
    {
        var from = Midnight.AddMinutes(startMinutes);
        var separator = marks.Contains(',', StringComparison.Ordinal) ? ',' : ' ';
        var found = TimeAxis.OfSpan(from, from.AddMinutes(minutes), "UTC").Select(mark => mark.Text).ToArray();
        Assert.That(found.Take(8), Is.EqualTo(marks.Split(separator)));
        Assert.That(found, Is.Unique);
    }

    [Test]
    public void Marks_are_in_the_given_zone_and_at_their_place()
    {
        var from = new DateTimeOffset(2026, 6, 9, 22, 0, 0, TimeSpan.Zero);
        var marks = TimeAxis.OfSpan(from, from.AddDays(1), "Europe/Berlin");
        Assert.That(marks.Select(mark => (mark.Percent, mark.Text)).Take(3), Is.EqualTo(new[] { (0m, "00:00"), (12.5m, "03:00"), (25m, "06:00") }));
    }

    [Test]
    public void A_day_of_25_hours_has_no_mark_twice()
    {
        var from = new DateTimeOffset(2026, 10, 24, 22, 0, 0, TimeSpan.Zero);
        Assert.That(TimeAxis.OfSpan(from, from.AddHours(25), "Europe/Berlin").Select(mark => mark.Text), Is.Unique);
        DateTimeOffset[] hours = [.. Enumerable.Range(0, 25).Select(i => from.AddHours(i))];
        Assert.That(TimeAxis.OfSteps(hours, CostGrain.Hour, "Europe/Berlin").Select(mark => mark.Text).ToArray(), Is.Unique.And.Length.InRange(6, 9));
    }

    [TestCase(24, "00:00 03:00 06:00 09:00 12:00 15:00 18:00 21:00")]
    [TestCase(5, "00:00 01:00 02:00 03:00 04:00")]
    public void Hours_are_marked_at_round_hours(int count, string marks)
    {
        DateTimeOffset[] hours = [.. Enumerable.Range(0, count).Select(i => Midnight.AddHours(i))];
        Assert.That(TimeAxis.OfSteps(hours, CostGrain.Hour, "UTC").Select(mark => mark.Text), Is.EqualTo(marks.Split(' ')));
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(30)]
    [TestCase(124)]
    public void Days_have_up_to_eight_marks_that_differ(int count)
    {
        DateTimeOffset[] days = [.. Enumerable.Range(0, count).Select(i => Midnight.AddDays(i))];
        var marks = TimeAxis.OfSteps(days, CostGrain.Day, "UTC");
        Assert.That(marks.Select(mark => mark.Text).ToArray(), Is.Unique.And.Length.InRange(Math.Min(count, 4), 8));
        Assert.That(marks[0].Text, Is.EqualTo("10 Jun"));
    }

    [Test]
    public void Months_are_named_with_their_year()
    {
        DateTimeOffset[] months = [.. Enumerable.Range(0, 18).Select(i => new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(i))];
        Assert.That(TimeAxis.OfSteps(months, CostGrain.Month, "UTC").Select(mark => mark.Text), Is.EqualTo(new[] { "Jan 2025", "Apr 2025", "Jul 2025", "Oct 2025", "Jan 2026", "Apr 2026" }));
    }
}
