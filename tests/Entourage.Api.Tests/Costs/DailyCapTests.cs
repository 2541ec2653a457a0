using System.Globalization;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Costs;

/// <summary>Simulates which past spending a daily cap would have stopped.</summary>
internal sealed class DailyCapTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Simulation_applies_the_cap_day_by_day_in_the_teams_time_zone()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store, At("2026-06-09T14:00:00Z"));
        var team = await host.Api.CreateTeamAsync("America/New_York");
        var first = await team.StartAsync();
        await team.UseAsync(first, 3m);

        host.Clock.SetUtcNow(At("2026-06-10T10:00:00Z"));
        var second = await team.StartAsync();
        await team.UseAsync(first, 2m);
        await team.UseAsync(second, 2.000000001m);
        host.Clock.SetUtcNow(At("2026-06-10T10:16:00Z"));
        await team.UseAsync(first, 1m);
        host.Clock.SetUtcNow(At("2026-06-10T10:29:00Z"));
        var third = await team.StartAsync();
        await team.UseAsync(third, 1m);
        host.Clock.SetUtcNow(At("2026-06-10T10:31:00Z"));
        await team.UseAsync(first, 0.5m);
        await team.UseAsync(third, 0.25m);
        host.Clock.SetUtcNow(At("2026-06-10T10:45:00Z"));
        await team.UseAsync(await team.StartAsync(), 1m);
        _ = await team.StartAsync();

        var answer = (await host.Api.GetAsync($"/teams/{team.Id}/costs/what-if?daily_cost_limit_usd=5&days=3")).Ok;

        Assert.Multiple(() =>
        {
            Assert.That(answer.Usd("daily_cost_limit_usd"), Is.EqualTo(5m));
            Assert.That(answer.Text("timezone"), Is.EqualTo("America/New_York"));
            Assert.That((answer.Text("from"), answer.Text("to")), Is.EqualTo(("2026-06-08T04:00:00Z", "2026-06-11T04:00:00Z")));
            Assert.That(answer.Items("by_day").Select(Row), Is.EqualTo(new (string?, decimal?, decimal?, decimal?, string?, long?, long?)[]
            {
                ("2026-06-08", 0m, 0m, 0m, null, 0, 0),
                ("2026-06-09", 3m, 3m, 0m, null, 0, 0),
                ("2026-06-10", 7.750000001m, 5m, 2.750000001m, "2026-06-10T10:15:00Z", 2, 2),
            }));
            Assert.That(
                (answer.Usd("total_spent_usd"), answer.Usd("total_allowed_usd"), answer.Usd("total_stopped_usd")),
                Is.EqualTo((10.750000001m, 8m, 2.750000001m)));
            Assert.That(
                (answer.Number("days_reached"), answer.Number("total_sessions_stopped"), answer.Number("total_sessions_refused")),
                Is.EqualTo((1L, 2L, 2L)));
        });
    }

    [Test]
    public async Task Simulation_covers_fourteen_days_by_default_and_agrees_with_the_cost_report()
    {
        var team = await Api.CreateTeamAsync("Asia/Kathmandu");
        var session = await team.StartAsync();
        for (var i = 0; i < 29; i++)
        {
            await team.UseAsync(session, 0.1m + (i * 0.000000001m), Host.Clock.GetUtcNow().AddHours(-19 * i));
        }

        foreach (var (query, days) in new[] { ("", 14), ("&days=1", 1), ("&days=7", 7), ("&days=30", 30), ("&days=90", 90) })
        {
            var costs = await team.CostsAsync(days switch { 1 => "?period=today", 7 => "?period=7d", 30 => "?period=30d", 90 => "", _ => "?from=2026-05-28&to=2026-06-10" });
            foreach (var cap in new[] { "0", "0.1", "0.200000005", "1e2", "1000000" })
            {
                var answer = (await Api.GetAsync($"/teams/{team.Id}/costs/what-if?daily_cost_limit_usd={cap}{query}")).Ok;
                var rows = answer.Items("by_day");
                Assert.Multiple(() =>
                {
                    Assert.That(rows, Has.Count.EqualTo(days));
                    Assert.That(answer.Usd("total_spent_usd"), Is.EqualTo(costs.Usd("total_cost_usd")), query);
                    Assert.That(rows.Sum(row => row.Usd("spent_usd")), Is.EqualTo(answer.Usd("total_spent_usd")));
                    Assert.That(rows.Sum(row => row.Usd("allowed_usd")), Is.EqualTo(answer.Usd("total_allowed_usd")));
                    Assert.That(rows.Sum(row => row.Usd("stopped_usd")), Is.EqualTo(answer.Usd("total_stopped_usd")));
                    Assert.That(rows.All(row => row.Usd("allowed_usd") + row.Usd("stopped_usd") == row.Usd("spent_usd")), Is.True);
                    Assert.That(rows.All(row => row.Usd("allowed_usd") <= answer.Usd("daily_cost_limit_usd")), Is.True);
                });
            }
        }
    }

    private static (string?, decimal?, decimal?, decimal?, string?, long?, long?) Row(JsonNode row) => (
        row.Text("day"),
        row.Usd("spent_usd"),
        row.Usd("allowed_usd"),
        row.Usd("stopped_usd"),
        row.Text("cap_reached_at"),
        row.Number("sessions_stopped"),
        row.Number("sessions_refused"));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
