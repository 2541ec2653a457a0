using CsCheck;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class DailyCapSimulationTests
{
    private static readonly DateOnly Day = new(2026, 3, 4);
    private static readonly DateTimeOffset Midnight = TestTime.Parse("2026-03-04T00:00Z");

    private static readonly Gen<Row[]> Histories = Gen.Select(
            Gen.Int[0, (3 * 96) - 1], Gen.Int[1, 6], Gen.Long[0, 20], (quarter, session, nanos) => new Row(quarter, session, new Money(nanos)))
        .Array[0, 60]
        .Select(rows => rows.OrderBy(row => row.Quarter).ToArray());

    [Test]
    public void A_day_below_the_cap_is_unchanged()
    {
        var day = Try(5m, (0, 1, 0, 2m), (8, 1, 0, 2.999999999m));
        AssertThat(day, spent: 4.999999999m, allowed: 4.999999999m, reachedAt: null, stopped: 0, refused: 0);
    }

    [Test]
    public void A_day_that_spends_exactly_the_cap_reaches_it_and_saves_nothing()
    {
        var day = Try(5m, (0, 1, 0, 2m), (8, 1, 0, 3m));
        AssertThat(day, spent: 5m, allowed: 5m, reachedAt: 8, stopped: 0, refused: 0);
    }

    [Test]
    public void Work_after_the_cap_is_stopped_or_refused_and_each_session_counts_once()
    {
        var day = Try(
            5m,
            (8, 1, 0, 4m),
            (8, 2, 8, 1.000000001m), // the cap is reached here
            (8, 3, 8, 1m), // started in the same quarter and did not continue
            (9, 1, 0, 0.5m),
            (10, 1, 0, 0.5m),
            (10, 2, 8, 0m), // a session without further cost counts as stopped too
            (10, 4, 10, 0m),
            (11, 4, 10, 7m),
            (11, 5, 9, 1m));
        AssertThat(day, spent: 15.000000001m, allowed: 5m, reachedAt: 8, stopped: 2, refused: 2);
    }

    [Test]
    public void A_cap_of_zero_is_reached_at_midnight()
    {
        var day = Try(0m, (0, 1, -1, 1m), (0, 2, 0, 0m), (40, 3, 40, 1m));
        AssertThat(day, spent: 2m, allowed: 0m, reachedAt: 0, stopped: 1, refused: 2);
        Assert.That(Try(0m).CapReachedAt, Is.EqualTo(Midnight));
    }

    [Test]
    public void Local_days_are_divided_at_local_midnight()
    {
        // New York's clocks go forward on 8 March 2026, a day of 23 hours.
        var simulation = new DailyCapSimulation(Some.Usd(1), BudgetCalendar.Of("America/New_York"), new DateOnly(2026, 3, 7), 3);
        foreach (var (at, usd) in new[] { ("2026-03-08T04:45Z", 1m), ("2026-03-08T05:00Z", 2m), ("2026-03-09T03:45Z", 4m), ("2026-03-09T04:00Z", 8m) })
        {
            simulation.Add(TestTime.Parse(at), 1, TestTime.Parse("2026-03-01T00:00Z"), Some.Usd(usd));
        }

        Assert.That(simulation.Days.Select(day => day.Spent), Is.EqualTo(new[] { Some.Usd(1), Some.Usd(6), Some.Usd(8) }));
        Assert.That(
            simulation.Days.Select(day => day.CapReachedAt),
            Is.EqualTo(new DateTimeOffset?[] { TestTime.Parse("2026-03-08T04:45Z"), TestTime.Parse("2026-03-08T05:00Z"), TestTime.Parse("2026-03-09T04:00Z") }));
        Assert.That(simulation.Days.Select(day => day.SessionsStopped), Is.EqualTo(new[] { 0, 1, 0 }));
    }

    [Test]
    public void Quarters_out_of_order_throw()
    {
        var simulation = Simulation(5m, 1);
        simulation.Add(Midnight.AddMinutes(15), 1, Midnight, Money.Zero);
        Assert.That(() => simulation.Add(Midnight, 1, Midnight, Money.Zero), Throws.ArgumentException);
    }

    [Test]
    public void Any_history_gives_the_same_result_as_a_simple_model() => Gen.Select(Histories, Gen.Long[0, 60]).Sample((history, cap) =>
    {
        var began = history.GroupBy(row => row.Session).ToDictionary(session => session.Key, session => session.Min(row => row.Quarter));
        var simulation = new DailyCapSimulation(new Money(cap), BudgetCalendar.Utc, Day, 3);
        foreach (var row in history)
        {
            simulation.Add(At(row.Quarter), row.Session, At(began[row.Session]), row.Cost);
        }

        return simulation.Days.Select((day, i) =>
        {
            var rows = history.Where(row => row.Quarter / 96 == i).ToArray();
            var spent = rows.Sum(row => row.Cost.NanoUsd);
            var reached = Enumerable.Range(i * 96, 96)
                .Where(quarter => rows.Where(row => row.Quarter <= quarter).Sum(row => row.Cost.NanoUsd) >= cap)
                .Select(quarter => (int?)quarter)
                .FirstOrDefault();
            var past = reached is null ? int.MaxValue : cap == 0 ? reached.Value : reached.Value + 1;
            var later = rows.Where(row => row.Quarter >= past).Select(row => row.Session).Distinct().ToArray();
            return day.Day == Day.AddDays(i)
                && day.Spent.NanoUsd == spent
                && day.Allowed.NanoUsd == Math.Min(spent, cap)
                && day.Allowed + day.Stopped == day.Spent
                && day.CapReachedAt == (reached is { } quarter ? At(quarter) : null)
                && day.SessionsStopped == later.Count(session => began[session] < past)
                && day.SessionsRefused == later.Count(session => began[session] >= past);
        }).All(agrees => agrees);
    });

    private static DateTimeOffset At(int quarter) => Midnight.AddMinutes(15 * quarter);

    private static DailyCapSimulation Simulation(decimal cap, int days) => new(Some.Usd(cap), BudgetCalendar.Utc, Day, days);

    private static SimulatedDay Try(decimal cap, params (int Quarter, long Session, int Began, decimal Usd)[] rows)
    {
        var simulation = Simulation(cap, 1);
        foreach (var (quarter, session, began, usd) in rows)
        {
            simulation.Add(At(quarter), session, At(began).AddMinutes(7), Some.Usd(usd));
        }

        return simulation.Days.Single();
    }

    private static void AssertThat(SimulatedDay day, decimal spent, decimal allowed, int? reachedAt, int stopped, int refused) => Assert.Multiple(() =>
    {
        Assert.That(day.Day, Is.EqualTo(Day));
        Assert.That(day.Spent, Is.EqualTo(Some.Usd(spent)));
        Assert.That(day.Allowed, Is.EqualTo(Some.Usd(allowed)));
        Assert.That(day.Stopped, Is.EqualTo(Some.Usd(spent - allowed)));
        Assert.That(day.CapReachedAt, Is.EqualTo(reachedAt is { } quarter ? At(quarter) : (DateTimeOffset?)null));
        Assert.That(day.SessionsStopped, Is.EqualTo(stopped));
        Assert.That(day.SessionsRefused, Is.EqualTo(refused));
    });

    private sealed record Row(int Quarter, long Session, Money Cost);
}
