using Entourage.Testing;

namespace Entourage.Api.Tests.Access;

/// <summary>An agent's key reaches nothing of another agent of its team, wherever a request names it.</summary>
internal sealed class ForeignAgentTests : TwoAgentsFixture
{
    [TestCase("POST", "/sessions/start", """{"agent_id": "<peer>"}""", 403)]
    [TestCase("POST", "/sessions/start", """{"agent_id": "<agent>", "parent_session_id": <peer session>}""", 403)]
    [TestCase("POST", "/sessions/start", """{"agent_id": "<peer>", "parent_session_id": <session>}""", 403)]
    [TestCase("POST", "/sessions/<peer session>/usage", """{"input_tokens": 1, "output_tokens": 1, "cost_usd": 1}""", 403)]
    [TestCase("POST", "/sessions/<session>/usage", """{"input_tokens": 1, "output_tokens": 1, "cost_usd": 1, "reservation_id": "<peer reservation>"}""", 422)]
    [TestCase("POST", "/sessions/<peer session>/reservations", """{"estimated_cost_usd": 1}""", 403)]
    [TestCase("POST", "/sessions/<peer session>/child-tokens", """{}""", 403)]
    [TestCase("POST", "/sessions/<peer session>/end", """{}""", 403)]
    [TestCase("POST", "/sessions/<peer session>/kill", """{"reason": "mine now"}""", 403)]
    [TestCase("POST", "/reservations/<peer reservation>/extend", """{"ttl_seconds": 600}""", 403)]
    [TestCase("DELETE", "/reservations/<peer reservation>", null, 403)]
    [TestCase("POST", "/human-requests", """{"agent_id": "<peer>", "kind": "question", "question": "Why?"}""", 403)]
    [TestCase("POST", "/human-requests", """{"agent_id": "<agent>", "session_id": <peer session>, "kind": "budget_increase", "question": "More", "requested_usd": 1}""", 404)]
    [TestCase("POST", "/human-requests/<peer request>/respond", """{"decision": "approved"}""", 403)]
    [TestCase("POST", "/tasks/<peer task>/status", """{"status": "in_progress"}""", 403)]
    [TestCase("PATCH", "/tasks/<peer task>", """{"assignee_id": "<agent>"}""", 403)]
    [TestCase("POST", "/teams/<team>/tasks", """{"title": "New", "assignee_id": "<peer>"}""", 403)]
    [TestCase("POST", "/agents/<peer>/pause", """{"reason": "mine now"}""", 403)]
    [TestCase("PATCH", "/agents/<peer>", """{"model": "other"}""", 403)]
    [TestCase("GET", "/agents/<peer>/budget", null, 403)]
    [TestCase("GET", "/agents/<peer>/sessions", null, 403)]
    [TestCase("GET", "/agents/<peer>/events", null, 403)]
    [TestCase("GET", "/sessions/<peer session>", null, 403)]
    [TestCase("GET", "/sessions/<peer session>/usage", null, 403)]
    public async Task Agent_key_does_not_reach_what_belongs_to_another_agent_of_the_team(string method, string path, string? body, int status)
    {
        var reservation = await Team.CreateReservationAsync(PeerSession, 1m);
        var request = (await Admin.PostAsync("/human-requests", new { agent_id = Peer, kind = "question", question = "Why?" })).Created.Text("id")!;
        var task = await Team.CreateTaskAsync(new { title = "Theirs", assignee_id = Peer });
        var before = await StateAsync();

        var answer = await Agent.SendAsync(new HttpMethod(method), Fill(path), body is null ? null : Fill(body));

        Assert.That((int)answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That(await StateAsync(), Is.EqualTo(before));

        string Fill(string text) => text
            .Replace("<peer session>", $"{PeerSession}", StringComparison.Ordinal)
            .Replace("<peer reservation>", reservation, StringComparison.Ordinal)
            .Replace("<peer request>", request, StringComparison.Ordinal)
            .Replace("<peer task>", $"{task}", StringComparison.Ordinal)
            .Replace("<peer>", Peer, StringComparison.Ordinal)
            .Replace("<agent>", Team.Agent, StringComparison.Ordinal)
            .Replace("<team>", Team.Id, StringComparison.Ordinal)
            .Replace("<session>", $"{Session}", StringComparison.Ordinal);

        async Task<string> StateAsync()
        {
            string[] paths =
            [
                $"/sessions/{Session}", $"/sessions/{PeerSession}", $"/agents/{Team.Agent}/sessions", $"/agents/{Peer}/sessions", $"/agents/{Peer}",
                $"/tasks/{task}", $"/teams/{Team.Id}/tasks", $"/teams/{Team.Id}/human-requests",
            ];
            var states = new List<string>();
            foreach (var one in paths)
            {
                states.Add((await Admin.GetAsync(one)).Text);
            }

            states.Add($"{await Host.CountAsync("ChildTokens")} {await Host.CountAsync("UsageRecords")} {await Host.CountAsync("Reservations")}");
            return string.Join('\n', states);
        }
    }
}
