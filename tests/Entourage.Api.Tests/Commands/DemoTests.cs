using Entourage.Testing;

namespace Entourage.Api.Tests.Commands;

/// <summary>The demo: two lifelike weeks, made through the API.</summary>
internal sealed class DemoTests(Store store) : DatabaseFixture(store)
{
    private static readonly string[] FalseAlarms = ["runaway_tokens", "repeated_error", "rising_cost", "verbose_output", "fan_out", "cost_differs", "unpriced_model"];

    [Test]
    public async Task Demo_fills_a_store_once_with_two_weeks_of_consistent_data()
    {
        var (exitCode, output) = await ApiProcess.RunAsync(Database, "seed-demo");
        Assert.That(exitCode, Is.Zero, output);
        Assert.That((await ApiProcess.RunAsync(Database, "verify")).ExitCode, Is.Zero);
        Assert.That((await ApiProcess.RunAsync(Database, "seed-demo")).ExitCode, Is.EqualTo(1), "the store already has data");

        await using var host = ApiHost.StartOn(Database);
        var organisation = (await host.Api.GetAsync("/orgs")).Ok.AsArray().Single()!.Text("id");
        var costs = (await host.Api.GetAsync($"/orgs/{organisation}/costs")).Ok;
        Assert.Multiple(() =>
        {
            Assert.That(costs.Items("by_team"), Has.Count.EqualTo(2));
            Assert.That(costs.Items("by_agent"), Has.Count.EqualTo(7));
            Assert.That(costs.Items("by_day"), Has.Count.InRange(11, 16));
            Assert.That(costs.Number("session_count"), Is.GreaterThan(200));
            Assert.That(costs.Usd("total_cost_usd"), Is.GreaterThan(50m));
            Assert.That(costs.Number("unpriced_tokens"), Is.Zero);
            Assert.That(costs.Usd("forecast_month_usd"), Is.Positive);
        });

        // Well-behaved agents raise no alert under the default settings.
        foreach (var team in costs.Items("by_team").Select(row => row.Text("team_id")))
        {
            Assert.That((await host.Api.GetAsync($"/settings/teams/{team}")).Ok["runaway"]!.Number("max_tokens"), Is.EqualTo(500_000));
            foreach (var kind in FalseAlarms)
            {
                Assert.That((await host.Api.GetAsync($"/teams/{team}/alerts?kind={kind}")).Ok.AsArray(), Is.Empty, kind);
            }

            Assert.That((await host.Api.GetAsync($"/teams/{team}/alerts")).Ok.AsArray(), Is.Not.Empty, "Some budgets were used up.");
        }
    }
}
