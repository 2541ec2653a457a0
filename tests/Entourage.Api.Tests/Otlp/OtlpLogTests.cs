using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Events become sessions and usage. Each is counted once.</summary>
internal sealed class OtlpLogTests(Store store) : ApiFixture(store)
{
    private DateTimeOffset Now => Host.Clock.GetUtcNow();

    [TestCase(false)]
    [TestCase(true)]
    public async Task Call_of_Claude_Code_is_recorded_in_a_session_opened_for_it(bool asText)
    {
        var team = await Api.CreateTeamAsync();
        var at = Now.AddMinutes(-3);

        var answer = await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(at, "s-1", "req_1", 0.0125m, asText), OtlpPayload.Event(at, "user_prompt", [])));

        Assert.That((answer.Status, answer.MediaType, answer.Text), Is.EqualTo((HttpStatusCode.OK, "application/json", "{}")));
        var session = (await SessionsAsync(team)).Single();
        var usage = (await Api.GetAsync($"/sessions/{session.Number("id")}/usage")).Ok.AsArray().Single()!;
        Assert.Multiple(() =>
        {
            Assert.That(session.Usd("cost_usd"), Is.EqualTo(0.0125m));
            Assert.That((session.Text("status"), session.Text("model")), Is.EqualTo(("active", "claude-sonnet-4-20250514")));
            Assert.That((usage.Number("input_tokens"), usage.Number("output_tokens")), Is.EqualTo((1000L, 200L)));
            Assert.That((usage.Number("cache_read_tokens"), usage.Number("cache_write_tokens")), Is.EqualTo((30000L, 400L)), "they are not part of the input");
            Assert.That((usage.Text("cost_source"), usage.Text("billing"), usage["error"]), Is.EqualTo(("reported", "api", (JsonNode?)null)));
            Assert.That(DateTimeOffset.Parse(usage.Text("occurred_at")!, null), Is.EqualTo(at));
        });
    }

    [Test]
    public async Task Resent_event_is_counted_once_even_by_two_replicas_concurrently()
    {
        var team = await Api.CreateTeamAsync();
        var json = OtlpPayload.LogsOf(
            Claude(team),
            OtlpPayload.ApiRequest(Now, "s-1", "req_1", 1m), OtlpPayload.ApiRequest(Now, "s-1", "req_1", 1m), OtlpPayload.ApiRequest(Now, "s-2", "req_2", 2m),
            OtlpPayload.ApiRequest(Now, "s-1", null, 4m), OtlpPayload.ApiError(Now, "s-1", 7), OtlpPayload.ApiError(Now, "s-1", 8));
        await using var beside = ApiHost.StartBeside(Host);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? Api : beside.Api).TakeAsync(OtlpPayload.Logs, json)));

        Assert.That(answers.Select(answer => answer.Text), Is.All.EqualTo("{}"));
        var sessions = await SessionsAsync(team);
        Assert.That(sessions.Select(session => session.Usd("cost_usd")), Is.EquivalentTo(new[] { 5m, 2m }));
        var usages = (await Api.GetAsync($"/sessions/{sessions.Single(session => session.Usd("cost_usd") == 5m).Number("id")}/usage")).Ok.AsArray();
        Assert.That(usages.Select(usage => usage!.Text("error")), Is.EquivalentTo(new[] { null, null, "529 Overloaded", "529 Overloaded" }));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Usage_over_budget_is_recorded_and_the_agent_gets_stop()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Now, "s-1", "a1", 1.5m)));
        await Api.PostAsync($"/teams/{team.Id}/pause", new { reason = "over" });

        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Now, "s-2", "a2", 0.5m)));

        var budget = await team.BudgetAsync();
        Assert.That((budget.Usd("daily_spent_usd"), budget.Flag("stop"), budget.Flag("over_budget")), Is.EqualTo((2m, true, true)));
        Assert.That(await SessionsAsync(team), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Ended_session_records_earlier_usage_and_later_usage_opens_another()
    {
        var team = await Api.CreateTeamAsync();
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Now, "s-1", "e1", 1m)));
        var first = (await SessionsAsync(team)).Single().Number("id");
        await Api.PostAsync($"/sessions/{first}/end", null);
        var end = Now;
        Host.Clock.Advance(TimeSpan.FromMinutes(1));

        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(end, "s-1", "e2", 2m)));
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Now, "s-1", "e3", 4m)));
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(end, "s-1", "e1", 1m)));
        var second = (await SessionsAsync(team))[0].Number("id");
        await Api.PostAsync($"/sessions/{second}/kill", new { reason = "enough" });
        Host.Clock.Advance(TimeSpan.FromMinutes(1));
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Now, "s-1", "e4", 8m)));

        Assert.That(
            (await SessionsAsync(team)).Select(session => (session.Text("status"), session.Usd("cost_usd"))),
            Is.EqualTo(new[] { ("killed", 12m), ("completed", 3m) }),
            "later spending of a killed program is recorded in the killed session");
    }

    [Test]
    public async Task Attributes_name_the_session_the_task_and_the_billing()
    {
        var team = await Api.CreateTeamAsync();
        var (open, task) = (await team.StartAsync(), await team.CreateTaskAsync());

        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf([("entourage.session_id", open)], OtlpPayload.ApiRequest(Now, "s-1", "n1", 1m)));
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(
            [.. Claude(team), ("entourage.task_id", $"{task}"), ("entourage.billing", "subscription")], OtlpPayload.ApiRequest(Now, "s-2", "n2", 2m)));

        Assert.That((await team.SessionAsync(open)).Usd("cost_usd"), Is.EqualTo(1m));
        var other = (await SessionsAsync(team))[0];
        Assert.That((other.Number("task_id"), other.Usd("cost_usd"), other.Usd("imputed_cost_usd")), Is.EqualTo((task, 0m, 2m)));
    }

    [Test]
    public async Task Refused_record_is_reported_and_the_rest_is_recorded()
    {
        var team = await Api.CreateTeamAsync();
        (string Json, string Refused, string Reason)[] bad =
        [
            (OtlpPayload.LogsOf([("service.name", "claude-code")], OtlpPayload.ApiRequest(Now, "s-1", "b1", 1m)), "1", "The agent is unknown"),
            (OtlpPayload.LogsOf([("entourage.agent_id", "me")], OtlpPayload.ApiRequest(Now, "s-1", "b2", 1m)), "1", "UUID"),
            (OtlpPayload.LogsOf([("entourage.agent_id", Guid.Empty.ToString())], OtlpPayload.ApiRequest(Now, "s-1", "b3", 1m)), "1", "There is no agent"),
            (OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Now, "s-1", "b8", -1m), OtlpPayload.ApiRequest(Now, "s-1", "good", 1m)), "1", "The cost must be"),
            (OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Now, "s-1", "b8", -1m), OtlpPayload.ApiRequest(Now, "s-1", "b9", 2_000_000m)), "2", "The cost must be"),
            (OtlpPayload.LogsOf(Claude(team), OtlpPayload.Event(Now, "api_request", [("session.id", "s-1"), ("input_tokens", "many")])), "1", "must be a number"),
            (OtlpPayload.LogsOf(Claude(team), OtlpPayload.Event(Now, "api_request", [("session.id", "s-1"), ("input_tokens", -1L)])), "1", "The input tokens must be"),
            (OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Now, new string('s', 501), "b10", 1m)), "1", "500 characters"),
        ];

        foreach (var (json, refused, reason) in bad)
        {
            var answer = (await Api.TakeAsync(OtlpPayload.Logs, json)).Ok["partialSuccess"]!;
            Assert.That((answer.Text("rejectedLogRecords"), answer.Text("errorMessage")), Is.EqualTo((refused, answer.Text("errorMessage"))));
            Assert.That(answer.Text("errorMessage"), Does.Contain(reason));
        }

        Assert.That((await SessionsAsync(team)).Sum(session => session.Usd("cost_usd")), Is.EqualTo(1m));
    }

    private static (string, object)[] Claude(TestTeam team) => [("service.name", "claude-code"), ("entourage.agent_id", team.Agent)];

    private async Task<IReadOnlyList<JsonNode>> SessionsAsync(TestTeam team) =>
        [.. (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Select(session => session!)];
}
