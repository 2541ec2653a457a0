using System.Text.Json.Nodes;
using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Overviews;

/// <summary>When a cap will be reached at today's rate.</summary>
internal sealed class BurnRateTests(Store store) : ApiFixture(store)
{
    // The clock is at 12:00 UTC, which is 08:00 in New York.
    private static readonly DateTimeOffset Noon = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Each_cap_states_when_todays_rate_of_its_scope_reaches_it()
    {
        var team = await Api.CreateTeamAsync("America/New_York");
        await Api.PatchAsync($"/settings/orgs/{team.Organisation}", new { daily_cost_limit_usd = 15m, monthly_cost_limit_usd = 1_000m });
        await team.ConfigureAsync(new
        {
            daily_cost_limit_usd = 10m,
            weekly_cost_limit_usd = 48m,
            monthly_cost_limit_usd = 600m,
            agent_daily_cost_limit_usd = 12m,
            session_cost_limit_usd = 100m,
        });
        var session = await team.StartAsync(await team.CreateTaskAsync(new { title = "Typo", tags = new[] { "budget:50" } }));
        Assert.That(Forecasts(await team.BudgetAsync()), Is.All.Null, "nothing was spent");
        await team.UseAsync(session, 4m, Noon.AddHours(-6));

        var usage = await team.UseAsync(session, 4m, Noon.AddHours(-1));

        // A dollar an hour since midnight in New York, and two dollars in three hours since midnight UTC.
        var budget = await team.BudgetAsync();
        Assert.Multiple(() =>
        {
            Assert.That(budget.Text("cap_reached_at"), Is.EqualTo("2026-06-10T14:00:00Z"));
            Assert.That(budget.Items("budgets").Select(row => (row.Text("scope"), row.Text("period"), row.Text("cap_reached_at"))), Is.EqualTo(new[]
            {
                ("organisation", "day", "2026-06-10T22:30:00Z"),
                ("organisation", "month", null),
                ("team", "day", "2026-06-10T14:00:00Z"),
                ("team", "week", "2026-06-12T04:00:00Z"),
                ("team", "month", null),
                ("agent", "day", "2026-06-10T16:00:00Z"),
                ("task", "total", null),
                ("session", "total", null),
            }));
            Assert.That(usage["budget"]!.ToJsonString(), Is.EqualTo(budget.ToJsonString()));
        });
    }

    [Test]
    public async Task No_time_is_stated_for_a_cap_that_is_missing_exceeded_or_lasts_all_day()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        Assert.That((await team.UseAsync(session, 12m))["budget"]!["cap_reached_at"], Is.Null, "no cap");

        await team.ConfigureAsync(new { daily_cost_limit_usd = 24m });
        Assert.That((await team.BudgetAsync())["cap_reached_at"], Is.Null, "it lasts until the end of the day");

        await team.ConfigureAsync(new { daily_cost_limit_usd = 23.99m });
        Assert.That((await team.BudgetAsync()).Text("cap_reached_at"), Is.EqualTo("2026-06-10T23:59:24Z"));

        await team.ConfigureAsync(new { daily_cost_limit_usd = 12m });
        var over = await team.BudgetAsync();
        Assert.That(over["cap_reached_at"], Is.Null);
        Assert.That(over.Items("budgets").Single().Flag("over"), Is.True);
        Assert.That(over.Items("budgets").Single()["cap_reached_at"], Is.Null);
    }

    [Test]
    public async Task Rate_in_the_first_minutes_of_a_day_counts_a_full_hour()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store, Noon.Date.AddMinutes(3));
        var team = await host.Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 3m });

        var usage = await team.UseAsync(await team.StartAsync(), 1m);

        Assert.That(usage["budget"]!.Text("cap_reached_at"), Is.EqualTo("2026-06-10T02:03:00Z"));
    }

    [Test]
    public async Task Replayed_answer_keeps_its_stated_time_and_an_older_one_has_none()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 16m });
        var session = await team.StartAsync();
        var first = await team.UseAsync(session, 12m, idempotencyKey: "once");
        Assert.That(first["budget"]!.Text("cap_reached_at"), Is.EqualTo("2026-06-10T16:00:00Z"));

        Assert.That((await team.UseAsync(session, 12m, idempotencyKey: "once")).ToJsonString(), Is.EqualTo(first.ToJsonString()));

        // As an earlier version would have stored it.
        const string Reached = ",\"cap_reached_at\":\"2026-06-10T16:00:00Z\"";
        await using (var scope = Host.Services.CreateAsyncScope())
        {
            var answers = scope.ServiceProvider.GetRequiredService<EntourageDb>().IdempotentAnswers;
            var stored = (await answers.AsNoTracking().ToListAsync()).Single(answer => answer.Response.Contains(team.Agent) && answer.Response.Contains(Reached));
            var older = stored.Response.Replace(Reached, "", StringComparison.Ordinal);
            await answers.Where(answer => answer.KeyHash == stored.KeyHash).ExecuteUpdateAsync(row => row.SetProperty(answer => answer.Response, older));
        }

        var old = await team.UseAsync(session, 12m, idempotencyKey: "once");
        Assert.That(old["budget"]!["cap_reached_at"], Is.Null);
        Assert.That(Forecasts(old["budget"]!), Is.All.Null);
        Assert.That(old["budget"]!.Usd("daily_limit_usd"), Is.EqualTo(16m));
    }

    private static IEnumerable<string?> Forecasts(JsonNode budget) => budget.Items("budgets").Select(row => row.Text("cap_reached_at"));
}
