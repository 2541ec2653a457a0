using CsCheck;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class BudgetSpanTests
{
    private static readonly string[] Zones =
        ["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "America/Sao_Paulo", "Africa/Cairo", "Asia/Tehran"];

    private static readonly Gen<DateTimeOffset> Instants =
        Gen.DateTime[new DateTime(2000, 1, 1), new DateTime(2035, 12, 31)].Select(utc => new DateTimeOffset(utc.Ticks, TimeSpan.Zero));

    [TestCase("2026-03-14T12:00Z", 15, "2026-02-15", "2026-02-15T00:00Z", "2026-03-15T00:00Z")]
    [TestCase("2026-03-15T00:00Z", 15, "2026-03-15", "2026-03-15T00:00Z", "2026-04-15T00:00Z")]
    [TestCase("2026-03-14T12:00Z", 1, "2026-03-01", "2026-03-01T00:00Z", "2026-04-01T00:00Z")]
    [TestCase("2026-02-28T12:00Z", 31, "2026-02-28", "2026-02-28T00:00Z", "2026-03-31T00:00Z")]
    [TestCase("2026-02-27T12:00Z", 31, "2026-01-31", "2026-01-31T00:00Z", "2026-02-28T00:00Z")]
    [TestCase("2028-02-29T12:00Z", 30, "2028-02-29", "2028-02-29T00:00Z", "2028-03-30T00:00Z")]
    [TestCase("2026-01-01T00:00Z", 2, "2025-12-02", "2025-12-02T00:00Z", "2026-01-02T00:00Z")]
    public void A_month_begins_on_the_day_of_the_invoice(string at, int startsOn, string first, string from, string until)
    {
        var span = BudgetCalendar.Utc.SpanOf(BudgetPeriod.Month, TestTime.Parse(at), startsOn);

        Assert.That(span, Is.EqualTo(new BudgetSpan(TestTime.Date(first), TestTime.Parse(from), TestTime.Parse(until))));
    }

    [TestCase("UTC", "2026-03-04T05:59Z", "2026-03-04T05:00Z", "2026-03-04T06:00Z")]
    [TestCase("Asia/Kathmandu", "2026-03-04T05:20Z", "2026-03-04T05:15Z", "2026-03-04T06:15Z")]
    [TestCase("America/New_York", "2026-11-01T05:30Z", "2026-11-01T05:00Z", "2026-11-01T06:00Z")]
    [TestCase("America/New_York", "2026-11-01T06:30Z", "2026-11-01T06:00Z", "2026-11-01T07:00Z")]
    // Lord Howe sets its clocks back by half an hour, so the hour from 1 o'clock lasts from 14:00 to 15:00 UTC, and half of it comes again.
    [TestCase("Australia/Lord_Howe", "2026-04-04T14:40Z", "2026-04-04T14:00Z", "2026-04-04T15:00Z")]
    [TestCase("Australia/Lord_Howe", "2026-04-04T15:10Z", "2026-04-04T15:00Z", "2026-04-04T15:30Z")]
    public void An_hour_is_local(string zone, string at, string from, string until)
    {
        var span = BudgetCalendar.Of(zone).SpanOf(BudgetPeriod.Hour, TestTime.Parse(at));

        Assert.That((span.StartsAt, span.EndsAt), Is.EqualTo(((DateTimeOffset?)TestTime.Parse(from), (DateTimeOffset?)TestTime.Parse(until))));
    }

    [Test]
    public void Every_instant_is_in_exactly_one_window() => Gen.Select(
            Gen.OneOf(Zones).Select(BudgetCalendar.Of),
            Gen.OneOf(Gen.Const(BudgetPeriod.Hour), Gen.Const(BudgetPeriod.Month)),
            Gen.Int[1, 31],
            Instants)
        .Sample((calendar, period, startsOn, at) =>
        {
            var on = period == BudgetPeriod.Month ? startsOn : 1;
            var span = calendar.SpanOf(period, at, on);
            var (start, end) = (span.StartsAt!.Value, span.EndsAt!.Value);
            return start <= at && at < end
                && calendar.SpanOf(period, start, on) == span
                && calendar.SpanOf(period, end.AddTicks(-1), on) == span
                && calendar.SpanOf(period, end, on).StartsAt == end
                && calendar.SpanOf(period, start.AddTicks(-1), on).EndsAt == start
                && UsageRollup.QuarterOf(start) == start;
        });
}
