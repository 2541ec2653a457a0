using System.Net;
using Entourage.Api.Tests.Otlp;
using Entourage.Testing;

namespace Entourage.Api.Tests.Alerts;

/// <summary>Implausible usage is recorded and reported once. It is refused only if the operator set a limit.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class ImplausibleUsageTests(Store store)
{
    private const string Kind = "implausible_usage";

    private ApiHost? host;

    [TearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [Test]
    public async Task Usage_above_1000_dollars_is_recorded_and_raises_one_alert_a_day()
    {
        var team = await StartAsync();
        var session = await team.StartAsync();
        await team.UseAsync(session, 1_000m);
        Assert.That(await AlertsAsync(team), Is.Empty);

        await team.UseAsync(session, 1_000.01m);
        await team.UseAsync(await team.StartAsync(), 2_000m);

        var alert = (await AlertsAsync(team)).Single();
        Assert.Multiple(() =>
        {
            Assert.That(alert.Text("window"), Is.EqualTo("2026-06-10"));
            Assert.That((alert.Text("agent_id"), alert.Number("session_id")), Is.EqualTo((team.Agent, session)));
            Assert.That((alert["details"]!.Usd("cost_usd"), alert["details"]!.Usd("limit_usd")), Is.EqualTo((1_000.01m, 1_000m)));
            Assert.That(alert.Text("message"), Is.EqualTo($"Session {session} recorded one usage of $1,000.01, above the plausible limit of $1,000.00."));
        });
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(4_000.01m));

        host!.Clock.Advance(TimeSpan.FromDays(1));
        await team.UseAsync(session, 5_000m);
        Assert.That(await AlertsAsync(team), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Hour_above_10000_dollars_raises_one_alert_over_all_sessions_and_calls()
    {
        var team = await StartAsync();
        var sessions = new[] { await team.StartAsync(), await team.StartAsync() };
        for (var i = 0; i < 10; i++)
        {
            await team.UseAsync(sessions[i % 2], 1_000m);
        }

        Assert.That(await AlertsAsync(team), Is.Empty);

        // A day may cost this much, spread over its hours.
        host!.Clock.Advance(TimeSpan.FromHours(1));
        await team.UseAsync(sessions[0], 1_000m);
        Assert.That(await AlertsAsync(team), Is.Empty);

        var items = Enumerable.Range(0, 20).Select(_ => new { session_id = sessions[1], input_tokens = 1, output_tokens = 1, cost_usd = 900m });
        _ = (await host.Api.PostAsync("/sessions/usage/batch", new { items })).Ok;
        await team.UseAsync(sessions[0], 1_000m);

        var alert = (await AlertsAsync(team)).Single();
        Assert.That((alert.Text("window"), alert.Text("agent_id")), Is.EqualTo(("2026-06-10T13:00Z", team.Agent)));
        Assert.That((alert["details"]!.Usd("spent_usd"), alert["details"]!.Usd("limit_usd")), Is.EqualTo((19_000m, 10_000m)));
    }

    [Test]
    public async Task Imputed_costs_count_towards_implausible_usage()
    {
        var team = await StartAsync();
        var session = await team.StartAsync();
        var items = Enumerable.Range(0, 12).Select(i => new { session_id = session, input_tokens = 1, output_tokens = 1, cost_usd = 1_000m, billing = "subscription" });

        _ = (await host!.Api.PostAsync("/sessions/usage/batch", new { items })).Ok;

        Assert.That((await AlertsAsync(team)).Single()["details"]!.Usd("spent_usd"), Is.EqualTo(12_000m));
    }

    [Test]
    public async Task Operator_can_set_or_remove_both_bounds()
    {
        var team = await StartAsync(("Usage:ImplausibleCostUsd", "0"), ("Usage:ImplausibleHourlyCostUsd", "2"));
        var session = await team.StartAsync();
        await team.UseAsync(session, 2m);
        Assert.That(await AlertsAsync(team), Is.Empty);

        await team.UseAsync(session, 5_000m);

        Assert.That((await AlertsAsync(team)).Single()["details"]!.Usd("spent_usd"), Is.EqualTo(5_002m));
    }

    [Test]
    public async Task Stated_amount_above_the_operators_limit_is_refused_everywhere_and_not_recorded()
    {
        var team = await StartAsync(("Usage:GreatestCostUsd", "50"));
        var session = await team.StartAsync();
        await team.UseAsync(session, 50m, idempotencyKey: "k");

        var usage = await host!.Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 50.000000001m });
        var reservation = await team.ReserveAsync(session, 51m);
        var items = new[] { new { session_id = session, input_tokens = 1, output_tokens = 1, cost_usd = 51m }, new { session_id = session, input_tokens = 1, output_tokens = 1, cost_usd = 1m } };
        var batch = (await host.Api.PostAsync("/sessions/usage/batch", new { items })).Ok.Items("items");
        var telemetry = await host.Api.TakeAsync(
            OtlpPayload.Logs,
            OtlpPayload.LogsOf([("service.name", "claude-code"), ("entourage.agent_id", team.Agent)], OtlpPayload.ApiRequest(host.Clock.GetUtcNow(), "s-1", "a", 51m), OtlpPayload.ApiRequest(host.Clock.GetUtcNow(), "s-1", "b", 2m)));

        Assert.Multiple(() =>
        {
            Assert.That(usage.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
            Assert.That(
                usage.Json["errors"]!["cost_usd"]![0]!.GetValue<string>(),
                Is.EqualTo("'cost_usd' is 50.000000001. The server allows at most 50.00 USD (setting Usage:GreatestCostUsd)."));
            Assert.That(reservation.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
            Assert.That(reservation.Json["errors"]!["estimated_cost_usd"], Is.Not.Null);
            Assert.That(batch.Select(item => item.Number("status")), Is.EqualTo(new[] { 422L, 200L }));
            Assert.That(telemetry.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(telemetry.Text, Does.Contain("Usage:GreatestCostUsd"));
        });
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(50m + 1m + 2m));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    private async Task<TestTeam> StartAsync(params (string Name, string Value)[] settings)
    {
        host = await ApiHost.StartAsync(store, settings: settings.ToDictionary(setting => setting.Name, setting => setting.Value));
        return await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
    }

    private static async Task<IReadOnlyList<System.Text.Json.Nodes.JsonNode>> AlertsAsync(TestTeam team) =>
        [.. (await team.Api.GetAsync($"/teams/{team.Id}/alerts?kind={Kind}")).Ok.AsArray().Select(alert => alert!)];
}
