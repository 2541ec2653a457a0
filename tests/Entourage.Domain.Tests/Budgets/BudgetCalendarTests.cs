using CsCheck;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class BudgetCalendarTests
{
    private static readonly string[] Zones =
    [
        "America/Asuncion", "Asia/Amman", "UTC",
        "America/New_York",
        "Europe/Berlin",
        "Asia/Kathmandu",
        "Asia/Kolkata",
        "Asia/Tehran",
        "Australia/Lord_Howe",
        "Pacific/Chatham",
        "Pacific/Apia",
        "America/Sao_Paulo",
        "America/Santiago",
        "Africa/Cairo",
        "Asia/Beirut",
        "America/Havana",
        "Atlantic/Azores",
    ];

    private static readonly BudgetPeriod[] RepeatingPeriods = [BudgetPeriod.Day, BudgetPeriod.Week, BudgetPeriod.Month];

    private static readonly Gen<BudgetCalendar> Calendars = Gen.OneOf(Zones).Select(BudgetCalendar.Of);

    private static readonly Gen<DateTimeOffset> Instants =
        Gen.DateTime[new DateTime(1990, 1, 1), new DateTime(2035, 12, 31)].Select(utc => new DateTimeOffset(utc.Ticks, TimeSpan.Zero));

    private static readonly Gen<DateOnly> Dates = Gen.DateOnly[new DateOnly(1990, 1, 1), new DateOnly(2035, 12, 31)];

    [TestCase("UTC", "2026-03-04", "2026-03-04T00:00Z")]
    [TestCase("America/New_York", "2026-01-15", "2026-01-15T05:00Z")]
    [TestCase("America/New_York", "2026-07-15", "2026-07-15T04:00Z")]
    [TestCase("Europe/Berlin", "2026-01-15", "2026-01-14T23:00Z")]
    [TestCase("Europe/Berlin", "2026-07-15", "2026-07-14T22:00Z")]
    [TestCase("Asia/Kathmandu", "2026-03-04", "2026-03-03T18:15Z")]
    [TestCase("Asia/Kolkata", "2026-03-04", "2026-03-03T18:30Z")]
    [TestCase("Pacific/Chatham", "2026-07-15", "2026-07-14T11:15Z")]
    [TestCase("Pacific/Kiritimati", "2026-03-04", "2026-03-03T10:00Z")]
    [TestCase("Etc/GMT+12", "2026-03-04", "2026-03-04T12:00Z")]
    public void A_day_begins_at_local_midnight(string zone, string date, string start)
    {
        var begins = BudgetCalendar.Of(zone).StartOf(TestTime.Date(date));
        Assert.That(begins, Is.EqualTo(TestTime.Parse(start)));
        Assert.That(begins.Offset, Is.EqualTo(TimeSpan.Zero));
    }

    [TestCase("America/New_York", "2026-03-08", 23)]
    [TestCase("America/New_York", "2026-11-01", 25)]
    [TestCase("America/New_York", "2026-11-02", 24)]
    [TestCase("Europe/Berlin", "2026-03-29", 23)]
    [TestCase("Europe/Berlin", "2026-10-25", 25)]
    [TestCase("America/Sao_Paulo", "2018-11-04", 23)]
    [TestCase("America/Sao_Paulo", "2018-02-17", 25)]
    [TestCase("Africa/Cairo", "2024-04-26", 23)]
    [TestCase("Africa/Cairo", "2024-10-31", 25)]
    [TestCase("Asia/Beirut", "2024-03-31", 23)]
    [TestCase("America/Havana", "2025-11-02", 25)]
    [TestCase("America/Havana", "2025-03-09", 23)]
    [TestCase("Australia/Lord_Howe", "2026-04-05", 24.5)]
    [TestCase("Australia/Lord_Howe", "2026-10-04", 23.5)]
    [TestCase("Antarctica/Troll", "2026-03-29", 22)]
    public void A_day_is_as_long_as_its_clock_changes_make_it(string zone, string date, double hours)
    {
        var calendar = BudgetCalendar.Of(zone);
        var day = TestTime.Date(date);
        Assert.That(calendar.StartOf(day.AddDays(1)) - calendar.StartOf(day), Is.EqualTo(TimeSpan.FromHours(hours)));
    }

    [TestCase("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00Z")]
    [TestCase("Africa/Cairo", "2024-04-26", "2024-04-25T22:00Z")]
    [TestCase("Asia/Beirut", "2024-03-31", "2024-03-30T22:00Z")]
    [TestCase("America/Santiago", "2024-09-08", "2024-09-08T04:00Z")]
    [TestCase("America/Havana", "2025-03-09", "2025-03-09T05:00Z")]
    [TestCase("America/Asuncion", "2024-10-06", "2024-10-06T04:00:00Z")]
    [TestCase("Asia/Amman", "2022-02-25", "2022-02-24T22:00:00Z")]
    public void A_day_without_a_midnight_begins_at_the_clock_change(string zone, string date, string start)
    {
        var calendar = BudgetCalendar.Of(zone);
        var day = TestTime.Date(date);
        var jump = TestTime.Parse(start);
        Assert.That(calendar.StartOf(day), Is.EqualTo(jump));
        Assert.That((calendar.DateOf(jump.AddTicks(-1)), calendar.DateOf(jump)), Is.EqualTo((day.AddDays(-1), day)));
    }

    [TestCase("America/Havana", "2025-11-02", "2025-11-02T04:00Z")]
    [TestCase("Atlantic/Azores", "2025-10-26", "2025-10-26T00:00Z")]
    public void A_day_with_two_midnights_begins_at_the_first(string zone, string date, string start)
    {
        var calendar = BudgetCalendar.Of(zone);
        var day = TestTime.Date(date);
        var first = TestTime.Parse(start);
        Assert.That(calendar.StartOf(day), Is.EqualTo(first));
        Assert.That(
            new[] { first.AddTicks(-1), first, first.AddHours(1), first.AddHours(25).AddTicks(-1), first.AddHours(25) }.Select(calendar.DateOf),
            Is.EqualTo(new[] { day.AddDays(-1), day, day, day, day.AddDays(1) }));
    }

    [TestCase("America/Sao_Paulo", "2018-02-17")]
    [TestCase("Africa/Cairo", "2024-10-31")]
    public void A_repeated_evening_hour_belongs_to_its_day_both_times(string zone, string date)
    {
        var calendar = BudgetCalendar.Of(zone);
        var day = TestTime.Date(date);
        var next = calendar.StartOf(day.AddDays(1));
        Assert.That(
            new[] { next.AddHours(-2), next.AddHours(-1), next.AddTicks(-1), next }.Select(calendar.DateOf),
            Is.EqualTo(new[] { day, day, day, day.AddDays(1) }));
    }

    [Test]
    public void A_day_that_a_zone_skipped_has_no_length()
    {
        var samoa = BudgetCalendar.Of("Pacific/Apia");
        var leftOut = new DateOnly(2011, 12, 30);
        var jump = TestTime.Parse("2011-12-30T10:00Z");
        Assert.That((samoa.StartOf(leftOut), samoa.StartOf(leftOut.AddDays(1))), Is.EqualTo((jump, jump)));
        Assert.That((samoa.DateOf(jump.AddTicks(-1)), samoa.DateOf(jump)), Is.EqualTo((leftOut.AddDays(-1), leftOut.AddDays(1))));
    }

    [TestCase("2026-03-02T00:00:00.0000000Z", "2026-03-02", "2026-03-09T00:00Z")]
    [TestCase("2026-03-01T23:59:59.9999999Z", "2026-02-23", "2026-03-02T00:00Z")]
    [TestCase("2026-03-04T12:00:00.0000000Z", "2026-03-02", "2026-03-09T00:00Z")]
    [TestCase("2027-01-01T12:00:00.0000000Z", "2026-12-28", "2027-01-04T00:00Z")]
    public void A_week_begins_on_Monday(string instant, string first, string resets)
    {
        var at = TestTime.Parse(instant);
        Assert.That(BudgetCalendar.Utc.WindowOf(BudgetPeriod.Week, at), Is.EqualTo(TestTime.Date(first)));
        Assert.That(BudgetCalendar.Utc.ResetsAt(BudgetPeriod.Week, at), Is.EqualTo(TestTime.Parse(resets)));
    }

    [TestCase("2026-01-31T23:59:59.9999999Z", "2026-01-01", "2026-02-01T00:00Z")]
    [TestCase("2026-02-28T12:00:00.0000000Z", "2026-02-01", "2026-03-01T00:00Z")]
    [TestCase("2028-02-29T12:00:00.0000000Z", "2028-02-01", "2028-03-01T00:00Z")]
    [TestCase("2026-12-31T23:59:59.9999999Z", "2026-12-01", "2027-01-01T00:00Z")]
    public void A_month_begins_on_the_first(string instant, string first, string resets)
    {
        var at = TestTime.Parse(instant);
        Assert.That(BudgetCalendar.Utc.WindowOf(BudgetPeriod.Month, at), Is.EqualTo(TestTime.Date(first)));
        Assert.That(BudgetCalendar.Utc.ResetsAt(BudgetPeriod.Month, at), Is.EqualTo(TestTime.Parse(resets)));
    }

    [TestCase(BudgetPeriod.Day, "2026-03-08", "2026-03-09T04:00Z")]
    [TestCase(BudgetPeriod.Week, "2026-03-02", "2026-03-09T04:00Z")]
    [TestCase(BudgetPeriod.Month, "2026-03-01", "2026-04-01T04:00Z")]
    public void A_window_with_a_clock_change_ends_at_the_new_offset(BudgetPeriod period, string first, string resets)
    {
        var newYork = BudgetCalendar.Of("America/New_York");
        var at = TestTime.Parse("2026-03-08T06:30Z");
        Assert.That(newYork.WindowOf(period, at), Is.EqualTo(TestTime.Date(first)));
        Assert.That(newYork.ResetsAt(period, at), Is.EqualTo(TestTime.Parse(resets)));
    }

    [Test]
    public void A_total_never_resets() =>
        Gen.Select(Calendars, Instants).Sample((calendar, instant) =>
            calendar.WindowOf(BudgetPeriod.Total, instant) == BudgetCalendar.Always && calendar.ResetsAt(BudgetPeriod.Total, instant) is null && calendar.StartsAt(BudgetPeriod.Total, instant) is null);

    [Test]
    public void The_offset_of_an_instant_makes_no_difference() =>
        Gen.Select(Calendars, Instants, Gen.Int[-56, 56]).Sample((calendar, instant, quarters) =>
            calendar.DateOf(instant.ToOffset(TimeSpan.FromMinutes(15 * quarters))) == calendar.DateOf(instant));

    [Test]
    public void Every_instant_lies_within_its_windows() =>
        Gen.Select(Calendars, Instants, Gen.OneOf(RepeatingPeriods)).Sample(
            (calendar, instant, period) =>
                calendar.StartsAt(period, instant) == calendar.StartOf(calendar.WindowOf(period, instant))
                && calendar.StartsAt(period, instant) <= instant
                && instant < calendar.ResetsAt(period, instant),
            iter: 2_000);

    [Test]
    public void Windows_tile_time_without_gap_or_overlap() =>
        Gen.Select(Calendars, Instants, Gen.OneOf(RepeatingPeriods)).Sample(
            (calendar, instant, period) =>
            {
                var window = calendar.WindowOf(period, instant);
                var start = calendar.StartOf(window);
                var end = calendar.ResetsAt(period, instant)!.Value;
                return calendar.WindowOf(period, start) == window
                    && calendar.WindowOf(period, end.AddTicks(-1)) == window
                    && calendar.WindowOf(period, end) > window
                    && calendar.StartOf(calendar.WindowOf(period, end)) == end
                    && calendar.WindowOf(period, start.AddTicks(-1)) < window
                    && calendar.ResetsAt(period, start.AddTicks(-1)) == start;
            },
            iter: 2_000);

    [Test]
    public void A_day_begins_on_its_date() =>
        Gen.Select(Gen.OneOf(Zones), Dates).Sample(
            (zone, date) =>
            {
                var calendar = BudgetCalendar.Of(zone);
                var start = calendar.StartOf(date);
                var exists = (zone, date) != ("Pacific/Apia", new DateOnly(2011, 12, 30));
                return calendar.DateOf(start) == (exists ? date : date.AddDays(1)) && calendar.DateOf(start.AddTicks(-1)) < date;
            },
            iter: 2_000);

    [Test]
    public void Days_begin_on_quarters_of_an_hour() =>
        Gen.Select(Calendars, Dates).Sample(
            (calendar, date) => calendar.StartOf(date).UtcTicks % TimeSpan.FromMinutes(15).Ticks == 0,
            iter: 2_000);

    [TestCaseSource(nameof(Zones))]
    public void Each_day_of_two_decades_ends_where_the_next_begins(string zone)
    {
        var calendar = BudgetCalendar.Of(zone);
        var wrong = new List<DateOnly>();
        for (var day = new DateOnly(2016, 1, 1); day.Year < 2036; day = day.AddDays(1))
        {
            var next = calendar.StartOf(day.AddDays(1));
            if (calendar.DateOf(next) != day.AddDays(1) || calendar.DateOf(next.AddTicks(-1)) != day)
            {
                wrong.Add(day);
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("Mars/Olympus_Mons")]
    [TestCase("Europe")]
    [TestCase(" Europe/Berlin")]
    [TestCase("Europe/Berlin ")]
    [TestCase("../zoneinfo/Europe/Berlin")]
    [TestCase("/usr/share/zoneinfo/Europe/Berlin")]
    [TestCase("localtime")]
    [TestCase("posixrules")]
    [TestCase("Factory")]
    [TestCase("zone.tab")]
    [TestCase("posix/Europe/Berlin")]
    [TestCase("right/Europe/Berlin")]
    [TestCase("Eastern Standard Time")]
    [TestCase("W. Europe Standard Time")]
    [TestCase("UTC+01:00")]
    [TestCase("Europe//Berlin")]
    public void A_name_that_is_not_an_IANA_zone_is_refused(string name) =>
        Assert.That(() => BudgetCalendar.Of(name), Refused.With("unknown-timezone", "Timezone"));

    [TestCase("UTC")]
    [TestCase("Etc/UTC")]
    [TestCase("Etc/GMT+5")]
    [TestCase("Europe/Berlin")]
    [TestCase("America/Argentina/Buenos_Aires")]
    [TestCase("Asia/Calcutta")]
    public void IANA_zones_and_their_aliases_are_known(string name) => Assert.That(() => BudgetCalendar.Of(name), Throws.Nothing);

    [Test]
    public void The_calendar_of_a_zone_is_cached()
    {
        var first = BudgetCalendar.Of("Europe/Berlin");
        Assert.That(BudgetCalendar.Of("Europe/Berlin"), Is.SameAs(first));
    }

    [Test]
    public void A_wrong_spelling_is_refused_even_after_the_right_one_was_used()
    {
        _ = BudgetCalendar.Of("Europe/Berlin");

        Assert.Multiple(() =>
        {
            foreach (var spelling in new[] { "europe/berlin", "EUROPE/BERLIN", "Europe/BERLIN", "utc" })
            {
                Assert.That(() => BudgetCalendar.Of(spelling), Refused.With("unknown-timezone", "Timezone"), spelling);
            }
        });
    }
}
