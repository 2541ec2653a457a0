using Entourage.Api.Tests.Access;
using Entourage.Api.Tests.Otlp;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>An idempotency key is scoped to what a request touches, not to the credential or the endpoint (rule 2).</summary>
internal sealed class ResentKeyTests : TwoAgentsFixture
{
    [TestCase("/sessions/start", """{"agent_id": "<agent>"}""", "agent,lead,admin")]
    [TestCase("/sessions/<session>/usage", """{"input_tokens": 1, "output_tokens": 1, "cost_usd": 1}""", "agent,lead,admin")]
    [TestCase("/sessions/<session>/reservations", """{"estimated_cost_usd": 1}""", "agent,lead,admin")]
    [TestCase("/reservations/<reservation>/extend", """{"ttl_seconds": 600}""", "agent,lead,admin")]
    [TestCase("/human-requests/<request>/respond", """{"decision": "denied", "response": "No"}""", "lead,admin")]
    [TestCase("/human-requests", """{"agent_id": "<agent>", "kind": "question", "question": "Why?"}""", "agent,lead,admin")]
    [TestCase("/teams/<team>/agents", """{"name": "new"}""", "lead,admin")]
    [TestCase("/teams/<team>/tasks", """{"title": "New"}""", "lead,admin")]
    [TestCase("/teams/<team>/webhooks", """{"url": "http://93.184.216.34/x", "events": ["stop"]}""", "lead,admin")]
    public async Task Request_resent_under_another_credential_creates_one_thing(string path, string body, string senders)
    {
        var reservation = await Team.CreateReservationAsync(Session, 1m);
        var request = (await Admin.PostAsync("/human-requests", new { agent_id = Team.Agent, kind = "question", question = "Why?" })).Created.Text("id")!;
        var answers = new List<Answer>();
        foreach (var sender in senders.Split(',').Concat(senders.Split(',').Reverse()))
        {
            answers.Add(await ClientOf(sender).PostAsync(Fill(path), Fill(body), "once"));
        }

        Assert.That(answers.Select(answer => answer.Text).Distinct().Count(), Is.EqualTo(1), string.Join('\n', answers.Select(answer => answer.Text)));
        Assert.That(answers.Select(answer => answer.Header("Idempotent-Replayed")), Is.EqualTo(answers.Select((_, i) => i == 0 ? null : "true")));

        string Fill(string text) => text
            .Replace("<agent>", Team.Agent, StringComparison.Ordinal)
            .Replace("<team>", Team.Id, StringComparison.Ordinal)
            .Replace("<reservation>", reservation, StringComparison.Ordinal)
            .Replace("<request>", request, StringComparison.Ordinal)
            .Replace("<session>", $"{Session}", StringComparison.Ordinal);
    }

    [Test]
    public async Task Usage_reported_again_by_a_tool_is_counted_once()
    {
        _ = (await Lead.PostAsync($"/sessions/{Session}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 1m }, "call-1")).Ok;
        await using var client = await ConnectAsync();
        var arguments = new Dictionary<string, object?>
        {
            ["session_id"] = Session,
            ["input_tokens"] = 1,
            ["output_tokens"] = 1,
            ["cost_usd"] = 1,
            ["idempotency_key"] = "call-1",
        };
        var reported = await client.CallToolAsync("report_usage", arguments);

        Assert.That(reported.IsError, Is.Not.True);
        Assert.That(await CostAsync(Session), Is.EqualTo(1m));
    }

    [Test]
    public async Task Telemetry_exported_again_under_another_credential_is_counted_once()
    {
        var logs = OtlpPayload.LogsOf([("entourage.agent_id", Team.Agent)], OtlpPayload.ApiRequest(Host.Clock.GetUtcNow(), "s", "request-1", 1m));
        foreach (var sender in new[] { Agent, Lead, Admin, Agent })
        {
            Assert.That((await sender.TakeAsync(OtlpPayload.Logs, logs)).Text, Is.EqualTo("{}"));
        }

        var sessions = (await Admin.GetAsync($"/agents/{Team.Agent}/sessions")).Ok.AsArray();
        Assert.That(sessions.Sum(one => one!.Usd("cost_usd")), Is.EqualTo(1m));
    }
}
