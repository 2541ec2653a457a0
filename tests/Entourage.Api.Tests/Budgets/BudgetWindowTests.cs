using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Budgets;

/// <summary>A day is the team's local day, even when clocks change (rule 9).</summary>
internal sealed class BudgetWindowTests(Store store) : ApiFixture(store)
{
    // New York's clocks go forward on 8 March 2026 (a day of 23 hours) and back on 1 November (a day of 25).
    private static readonly object[] DaysOfClockChanges =
    [
        new object[] { "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z" },
        new object[] { "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z" },
    ];

    [TestCaseSource(nameof(DaysOfClockChanges))]
    public async Task Spending_around_local_midnight_counts_in_the_right_day(string day, string begins, string ends)
    {
        var (first, next) = (Instant(begins), Instant(ends));
        await using var host = await ApiHost.StartAsync(Host.Database.Store, first.AddSeconds(-1));
        var team = await host.Api.CreateTeamAsync("America/New_York");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var session = await team.StartAsync();

        var evening = await team.UseAsync(session, 1m);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var midnight = await team.BudgetAsync();
        await team.UseAsync(session, 0.25m);
        host.Clock.Advance(next - first - TimeSpan.FromSeconds(1));
        var lastSecond = await team.UseAsync(session, 0.75m);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var nextMidnight = await team.BudgetAsync();
        var days = (await team.CostsAsync()).Items("by_day").ToDictionary(row => row.Text("day")!, row => row.Usd("cost_usd"));
        var today = await team.CostsAsync($"?from={day}&to={day}");

        Assert.Multiple(() =>
        {
            Assert.That(evening.Flag("over_budget"), Is.True);
            Assert.That(evening["budget"]!.Text("resets_at"), Is.EqualTo(begins));
            Assert.That(midnight.Usd("daily_spent_usd"), Is.Zero);
            Assert.That(midnight.Text("resets_at"), Is.EqualTo(ends));
            Assert.That(lastSecond["budget"]!.Usd("daily_spent_usd"), Is.EqualTo(1m));
            Assert.That(lastSecond.Flag("over_budget"), Is.True);
            Assert.That(nextMidnight.Usd("daily_spent_usd"), Is.Zero);
            Assert.That(days[day], Is.EqualTo(1m));
            Assert.That(days, Has.Count.EqualTo(2));
            Assert.That(today.Usd("total_cost_usd"), Is.EqualTo(1m));
            Assert.That(today.Text("from"), Is.EqualTo(begins));
            Assert.That(today.Text("to"), Is.EqualTo(ends));
        });
    }

    [Test]
    public async Task Late_usage_counts_in_the_day_on_which_it_happened()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5m });
        var session = await team.StartAsync();
        var yesterday = Host.Clock.GetUtcNow().AddDays(-1);

        var usage = await team.UseAsync(session, 5m, yesterday);
        var days = (await team.CostsAsync()).Items("by_day");

        Assert.Multiple(() =>
        {
            Assert.That(usage.Flag("over_budget"), Is.False);
            Assert.That(usage["budget"]!.Usd("daily_spent_usd"), Is.Zero);
            Assert.That(days[0].Text("day"), Is.EqualTo($"{yesterday:yyyy-MM-dd}"));
            Assert.That(days[0].Usd("cost_usd"), Is.EqualTo(5m));
        });
    }

    [Test]
    public async Task Weeks_begin_on_Monday_and_months_on_the_1st()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store, Instant("2026-05-31T12:00:00Z"));
        var team = await host.Api.CreateTeamAsync();
        await team.ConfigureAsync(new { weekly_cost_limit_usd = 10m, monthly_cost_limit_usd = 10m });
        var session = await team.StartAsync();
        Assert.That((await team.UseAsync(session, 10m)).Flag("over_budget"), Is.True);

        // 1 June 2026 is a Monday.
        host.Clock.SetUtcNow(Instant("2026-06-01T00:00:00Z"));
        var budget = await team.BudgetAsync();

        Assert.That(budget.Flag("over_budget"), Is.False);
        Assert.That(
            budget.Items("budgets").Select(item => (item.Text("period"), item.Text("resets_at"))),
            Is.EqualTo(new[] { ("week", "2026-06-08T00:00:00Z"), ("month", "2026-07-01T00:00:00Z") }));
    }

    [Test]
    public async Task Change_of_time_zone_recounts_spending_by_the_new_days()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store, Instant("2026-06-10T02:00:00Z"));
        var team = await host.Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5m, agent_daily_cost_limit_usd = 4m });
        var session = await team.StartAsync();
        await team.UseAsync(session, 1m, Instant("2026-06-09T23:00:00Z"));
        await team.UseAsync(session, 2m);
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(2m));

        // In New York both were on the evening of the 9th.
        await team.ConfigureAsync(new { timezone = "America/New_York" });
        var budget = await team.BudgetAsync();

        Assert.That(budget.Usd("daily_spent_usd"), Is.EqualTo(3m));
        Assert.That(budget.Items("budgets").Select(item => item.Usd("spent_usd")), Is.EqualTo(new[] { 3m, 3m }));
        Assert.That((await team.CostsAsync()).Items("by_day").Single().Usd("cost_usd"), Is.EqualTo(3m));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Usage_beyond_five_minutes_ahead_or_thirty_days_back_is_refused()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var now = Host.Clock.GetUtcNow();

        Assert.That(await StatusOf(now.AddMinutes(5)), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusOf(now.AddDays(-30)), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusOf(now.AddMinutes(5).AddTicks(1)), Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await StatusOf(now.AddDays(-30).AddTicks(-1)), Is.EqualTo(HttpStatusCode.UnprocessableEntity));

        async Task<HttpStatusCode> StatusOf(DateTimeOffset occurredAt) => (await Api.PostAsync(
            $"/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 1, occurred_at = occurredAt })).Status;
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
