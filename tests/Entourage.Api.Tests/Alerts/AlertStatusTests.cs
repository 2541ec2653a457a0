using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Alerts;

/// <summary>Alerts end: when someone acknowledges them, or with their window.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class AlertStatusTests(Store store)
{
    private ApiHost host = null!;

    private ApiClient Api => host.Api;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await ApiHost.StartAsync(store, new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero));

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [Test]
    public async Task Alert_of_a_budget_closes_when_its_window_ends()
    {
        var team = await Api.CreateTeamAsync("Europe/Berlin");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m, monthly_cost_limit_usd = 3m, session_cost_limit_usd = 2m });
        await team.UseAsync(await team.StartAsync(), 2m);
        var midnight = new DateTimeOffset(host.Clock.GetUtcNow().UtcDateTime.Date.AddHours(22), TimeSpan.Zero);

        Assert.That(await PeriodsAsync(team, "open"), Is.EquivalentTo(new[] { "day", "month", "total" }));
        host.Clock.Advance(midnight - host.Clock.GetUtcNow());

        Assert.That(await PeriodsAsync(team, "open"), Is.EquivalentTo(new[] { "month", "total" }));
        Assert.That(await PeriodsAsync(team, "closed"), Is.EqualTo(new[] { "day" }));
        var closed = (await Api.GetAsync($"/teams/{team.Id}/alerts?status=closed")).Ok[0]!;
        Assert.That((closed.Text("status"), closed.Text("closes_at")), Is.EqualTo(("closed", $"{midnight:yyyy-MM-ddTHH:mm:ss}Z")));
        Assert.That((await Api.GetAsync($"/alerts/{closed.Text("id")}")).Ok.Text("status"), Is.EqualTo("closed"));
    }

    [Test]
    public async Task Acknowledged_alert_says_who_did_it()
    {
        var team = await Api.CreateTeamAsync();
        var alert = await RaiseAsync(team, "house-1");
        var answer = (await Api.PostAsync($"/alerts/{alert}/acknowledge", null)).Ok;
        Assert.That((answer.Text("status"), answer.Text("acknowledged_by")), Is.EqualTo(("acknowledged", "operator")));
    }

    [Test]
    public async Task Matching_alerts_are_acknowledged_together()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { session_cost_limit_usd = 1m });
        await RaiseAsync(team, "house-1");
        await RaiseAsync(team, "house-2");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var until = host.Clock.GetUtcNow();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await RaiseAsync(team, "house-3");
        await team.UseAsync(await team.StartAsync(), 2m);

        Assert.That(await AcknowledgeAsync(team, new { cause = "model:house-2" }), Is.EqualTo(1));
        Assert.That(await AcknowledgeAsync(team, new { kind = "unpriced_model", until }), Is.EqualTo(1));
        Assert.That(await AcknowledgeAsync(team, new { kind = "unpriced_model" }), Is.EqualTo(1));
        Assert.That(await PeriodsAsync(team, "open"), Is.EqualTo(new[] { "total" }));
        Assert.That(await AcknowledgeAsync(team, new { }), Is.Positive);
        Assert.That(await AcknowledgeAsync(team, new { }), Is.Zero);
        Assert.That((await Api.GetAsync($"/teams/{team.Id}/alerts?status=acknowledged&cause=model:house-3")).Ok[0]!.Text("acknowledged_by"), Is.EqualTo("operator"));
    }

    [Test]
    public async Task Too_long_cause_is_refused()
    {
        var team = await Api.CreateTeamAsync();
        var answer = await Api.PostAsync($"/teams/{team.Id}/alerts/acknowledge", new { cause = new string('a', 201) });
        Assert.That(answer.Expect(HttpStatusCode.UnprocessableEntity)["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { "cause" }));
    }

    private async Task<long> AcknowledgeAsync(TestTeam team, object filter) =>
        (await Api.PostAsync($"/teams/{team.Id}/alerts/acknowledge", filter)).Ok.Number("acknowledged")!.Value;

    private async Task<string> RaiseAsync(TestTeam team, string model)
    {
        var session = await team.StartAsync();
        (await Api.PostAsync($"/sessions/{session}/usage", new { model, input_tokens = 1, output_tokens = 1 })).Ok.ToJsonString();
        return (await Api.GetAsync($"/teams/{team.Id}/alerts?cause=model:{model}")).Ok[0]!.Text("id")!;
    }

    private async Task<IReadOnlyList<string?>> PeriodsAsync(TestTeam team, string status) =>
        [.. (await Api.GetAsync($"/teams/{team.Id}/alerts?status={status}")).Ok.AsArray()
            .Where(alert => alert!.Text("kind") is "threshold" or "budget_exceeded")
            .Select(alert => alert!["details"]!.Text("period"))];
}
