using System.Globalization;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Costs;

/// <summary>Every list of a cost report adds up to its totals.</summary>
internal sealed class CostsTests(Store store) : ApiFixture(store)
{
    private static readonly string[] Lists = ["by_agent", "by_task", "by_model", "by_day", "by_hour"];

    [Test]
    public async Task Every_list_adds_up_to_the_totals_with_and_without_a_filter()
    {
        var team = await Api.CreateTeamAsync();
        var second = await Api.CreateAgentAsync(team.Id, "eng-2");
        var task = await team.CreateTaskAsync();
        var sessions = new[] { await team.StartAsync(task), await team.StartAsync(agent: second), await team.StartAsync() };
        var now = Host.Clock.GetUtcNow();
        for (var i = 0; i < 24; i++)
        {
            (await Api.PostAsync($"/sessions/{sessions[i % 3]}/usage", new
            {
                input_tokens = 10 + i,
                output_tokens = i,
                cost_usd = 0.000000001m + i,
                model = i % 2 == 0 ? "gpt-5" : null,
                occurred_at = now.AddHours(-9 * i),
            })).Expect(System.Net.HttpStatusCode.OK);
        }

        var all = await team.CostsAsync();
        AssertAddsUp(all);
        Assert.That(all.Usd("total_cost_usd"), Is.EqualTo(276.000000024m));
        Assert.That(all.Number("session_count"), Is.EqualTo(3));
        Assert.That(all.Items("by_day"), Has.Count.EqualTo(10));
        foreach (var (query, cost) in new[]
        {
            ($"?agent_id={second}", 92.000000008m),
            ($"?task_id={task}", 84.000000008m),
            ("?model=gpt-5", 132.000000012m),
            ("?period=today", 1.000000002m),
            ("?period=7d", 153.000000018m),
            ("?period=30d", 276.000000024m),
            ("?period=month", 276.000000024m),
            ("?period=all", 276.000000024m),
            ("?from=2026-06-09&to=2026-06-09", 9.000000003m),
            ("?to=2026-06-09T12:00:00Z", 273.000000021m),
            ("?from=2026-06-20", 0m),
        })
        {
            var narrowed = await team.CostsAsync(query);
            AssertAddsUp(narrowed);
            Assert.That(narrowed.Usd("total_cost_usd"), Is.EqualTo(cost), query);
        }
    }

    [TestCase("UTC", 0)]
    [TestCase("Asia/Kathmandu", 15)]
    [TestCase("America/St_Johns", 30)]
    public async Task Ranges_of_up_to_three_days_have_hourly_figures(string timezone, int minute)
    {
        var team = await Api.CreateTeamAsync(timezone);
        var session = await team.StartAsync();
        var now = Host.Clock.GetUtcNow();
        var hour = now - TimeSpan.FromMinutes((now.Minute - minute + 60) % 60) - TimeSpan.FromTicks(now.Ticks % TimeSpan.TicksPerMinute);
        foreach (var (at, usd) in new[] { (hour, 1m), (hour.AddMinutes(-1), 2m), (hour.AddMinutes(-60), 4m), (hour.AddMinutes(-61), 8m) })
        {
            await team.UseAsync(session, usd, at);
        }

        var costs = await team.CostsAsync($"?from={hour.AddHours(-72):yyyy-MM-ddTHH:mm:ssZ}&to={hour.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}");
        AssertAddsUp(costs);
        Assert.That(
            costs.Items("by_hour").Where(row => row.Usd("cost_usd") > 0).Select(row => (DateTimeOffset.Parse(row.Text("hour")!, CultureInfo.InvariantCulture), row.Usd("cost_usd"))),
            Is.EqualTo(new[] { (hour.AddHours(-2), 8m), (hour.AddHours(-1), 6m), (hour, 1m) }));
        Assert.That((await team.CostsAsync("?period=today"))["by_hour"], Is.Not.Null);
        Assert.That((await team.CostsAsync("?period=7d"))["by_hour"], Is.Null);
        Assert.That((await team.CostsAsync())["by_hour"], Is.Null);
    }

    [Test]
    public async Task Month_is_forecast_from_the_rate_of_the_last_days()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var now = Host.Clock.GetUtcNow();
        var month = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.That((await team.CostsAsync()).Usd("forecast_month_usd"), Is.Zero);

        await team.UseAsync(session, 6m, now.AddDays(-8));
        await team.UseAsync(session, 3m, now.Date.AddDays(-2));
        await team.UseAsync(session, 1m);

        var costs = await team.CostsAsync("?period=today");
        var perDay = 4m / (decimal)(now - now.Date.AddDays(-2)).TotalDays;
        Assert.That(costs.Usd("forecast_month_usd"), Is.EqualTo(10m + (perDay * (decimal)(month.AddMonths(1) - now).TotalDays)).Within(0.000001m));
        Assert.That(
            (await Api.GetAsync($"/orgs/{team.Organisation}/costs")).Ok.Usd("forecast_month_usd"), Is.EqualTo(costs.Usd("forecast_month_usd")));
        Assert.That((await team.CostsAsync($"?agent_id={team.Agent}"))["forecast_month_usd"], Is.Null);
    }

    [Test]
    public async Task Organisation_costs_are_the_sum_of_its_teams()
    {
        var team = await Api.CreateTeamAsync("Asia/Kathmandu");
        var second = (await Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "Second", slug = "second" })).Created.Text("id")!;
        var agent = await Api.CreateAgentAsync(second, "eng-2");
        await team.UseAsync(await team.StartAsync(), 1.5m);
        await team.UseAsync(await team.StartAsync(agent: agent), 0.25m);

        var costs = (await Api.GetAsync($"/orgs/{team.Organisation}/costs")).Ok;

        AssertAddsUp(costs);
        Assert.That(costs.Text("timezone"), Is.EqualTo("UTC"));
        Assert.That(costs.Items("by_team").Select(row => (row.Text("team_id"), row.Usd("cost_usd"))), Is.EqualTo(new[] { (team.Id, 1.5m), (second, 0.25m) }));
    }

    [Test]
    public async Task Session_without_usage_is_listed()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();

        var costs = await team.CostsAsync();

        Assert.That(costs.Items("sessions").Single().Number("session_id"), Is.EqualTo(session));
        Assert.That(costs.Usd("total_cost_usd"), Is.Zero);
    }

    private static void AssertAddsUp(JsonNode costs)
    {
        foreach (var list in Lists.Where(list => list != "by_hour" || costs[list] is not null))
        {
            var rows = costs.Items(list);
            Assert.Multiple(() =>
            {
                Assert.That(rows.Sum(row => row.Usd("cost_usd")), Is.EqualTo(costs.Usd("total_cost_usd")), list);
                Assert.That(rows.Sum(row => row.Number("input_tokens")), Is.EqualTo(costs.Number("total_input_tokens")), list);
                Assert.That(rows.Sum(row => row.Number("output_tokens")), Is.EqualTo(costs.Number("total_output_tokens")), list);
                Assert.That(rows.Sum(row => row.Number("sessions")), Is.EqualTo(costs.Number("session_count")), list);
            });
        }

        Assert.That(costs.Items("sessions").Sum(row => row.Usd("cost_usd")), Is.EqualTo(costs.Usd("total_cost_usd")), "all sessions fit on the page");
    }
}
