using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Hooks;

/// <summary>Claude Code's hooks get an empty object to continue, or the end of the run in the form that the event allows.</summary>
internal sealed class ClaudeCodeHookTests(Store store) : ApiFixture(store)
{
    private const string Continue = "{}";

    [Test]
    public async Task Tool_calls_continue_until_a_cap_is_exceeded_and_then_the_run_ends()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 0.2m });
        var session = await team.StartAsync();
        Assert.That((await HookAsync(team)).Text, Is.EqualTo(Continue));

        await team.UseAsync(session, 1.017m);

        var answer = (await HookAsync(team)).Ok;
        const string Reason = "Entourage stops this run: the team budget (day) is used up, 1.017 of 0.20 USD spent, resets at 2026-06-11T00:00Z.";
        Assert.Multiple(() =>
        {
            Assert.That(answer.AsObject().Select(member => member.Key), Is.EquivalentTo(new[] { "continue", "stopReason" }), "with only a denied tool call, the run would continue");
            Assert.That(answer["continue"]!.GetValue<bool>(), Is.False);
            Assert.That(answer.Text("stopReason"), Is.EqualTo(Reason));
        });
    }

    [TestCase("PreToolUse", "continue stopReason")]
    [TestCase("PostToolUse", "continue stopReason")]
    [TestCase("UserPromptSubmit", "continue stopReason")]
    [TestCase("SessionStart", "continue stopReason systemMessage")]
    [TestCase("Stop", "continue stopReason")]
    [TestCase("SubagentStop", "continue stopReason")]
    [TestCase("PreCompact", "continue stopReason")]
    [TestCase("SomethingNew", "continue stopReason")]
    [TestCase("PermissionRequest", "continue stopReason")]
    [TestCase("SessionEnd", "")]
    [TestCase("Notification", "")]
    public async Task Each_event_is_answered_in_its_own_form(string name, string members)
    {
        var team = await Api.CreateTeamAsync();
        Assert.That((await HookAsync(team, name)).Text, Is.EqualTo(Continue));
        _ = (await Api.PostAsync($"/agents/{team.Agent}/pause", new { reason = "enough" })).Ok;

        var answer = (await HookAsync(team, name)).Ok.AsObject();

        Assert.That(answer.Select(member => member.Key), Is.EquivalentTo(members.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.That(answer["stopReason"]?.GetValue<string>(), Is.EqualTo(members.Length == 0 ? null : "Entourage stops this run: the agent is paused."));
    }

    [Test]
    public async Task Every_reason_to_stop_ends_the_run()
    {
        foreach (var (path, body, reason) in new (string, object, string)[]
        {
            ("/settings/teams/<team>", new { monthly_cost_limit_usd = 1m }, "the team budget (month)"),
            ("/settings/agents/<agent>", new { daily_cost_limit_usd = 1m }, "the agent budget (day)"),
            ("/settings/orgs/<org>", new { daily_cost_limit_usd = 1m }, "the organisation budget (day)"),
            ("/tasks/<task>", new { tags = new[] { "budget:1" } }, "the task budget (total)"),
            ("/settings/teams/<team>", new { session_cost_limit_usd = 1m }, "the session budget (total)"),
        })
        {
            var team = await Api.CreateTeamAsync();
            var task = await team.CreateTaskAsync();
            await team.UseAsync(await team.StartAsync(task), 2m);
            var address = path.Replace("<team>", team.Id, StringComparison.Ordinal).Replace("<agent>", team.Agent, StringComparison.Ordinal)
                .Replace("<org>", team.Organisation, StringComparison.Ordinal).Replace("<task>", $"{task}", StringComparison.Ordinal);
            _ = (await Api.PatchAsync(address, body)).Ok;

            Assert.That((await HookAsync(team)).Ok.Text("stopReason"), Does.StartWith($"Entourage stops this run: {reason} is used up, 2.00 of 1.00 USD spent"), path);
        }
    }

    [Test]
    public async Task Observing_cap_stops_nothing()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m, enforcement = "observe" });
        await team.UseAsync(await team.StartAsync(), 2m);

        Assert.That((await HookAsync(team)).Text, Is.EqualTo(Continue));
    }

    [Test]
    public async Task Hook_uses_the_session_that_records_the_telemetry_of_the_same_run()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { session_cost_limit_usd = 1m });
        await ReportAsync(team, "run-1", 2m);
        await ReportAsync(team, "run-2", 0.1m);

        Assert.That((await HookAsync(team, session: "run-1")).Ok.Text("stopReason"), Does.Contain("the session budget (total)"));
        Assert.That((await HookAsync(team, session: "run-2")).Text, Is.EqualTo(Continue));

        var second = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().First(session => session!.Usd("cost_usd") == 0.1m)!.Number("id");
        _ = (await Api.PostAsync($"/sessions/{second}/kill", new { reason = "enough" })).Ok;
        Assert.That((await HookAsync(team, session: "run-2")).Ok.Text("stopReason"), Is.EqualTo("Entourage stops this run: the session was killed."));
        Assert.That((await HookAsync(team, session: "run-3")).Text, Is.EqualTo(Continue), "a new run has its own cap");
    }

    [Test]
    public async Task Run_without_telemetry_uses_the_session_opened_for_its_agent()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { session_cost_limit_usd = 1m });
        await ReportAsync(team, "another", 2m);
        Assert.That((await HookAsync(team, session: "run-1")).Text, Is.EqualTo(Continue));
        var session = await team.StartAsync();
        Assert.That((await HookAsync(team, session: "run-1")).Text, Is.EqualTo(Continue));

        _ = (await Api.PostAsync($"/sessions/{session}/kill", new { reason = "enough" })).Ok;
        Assert.That((await HookAsync(team, session: "run-1")).Ok.Text("stopReason"), Is.EqualTo("Entourage stops this run: the session was killed."));

        var second = await team.StartAsync();
        Assert.That((await HookAsync(team, session: "run-1")).Text, Is.EqualTo(Continue));
        await team.UseAsync(second, 1m);
        Assert.That((await HookAsync(team, session: "run-1")).Ok.Text("stopReason"), Does.Contain("the session budget"));
    }

    [Test]
    public async Task Only_the_named_session_of_the_agent_is_checked()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { session_cost_limit_usd = 1m });
        var (first, second) = (await team.StartAsync(), await team.StartAsync());
        await team.UseAsync(first, 2m);

        Assert.That((await SendAsync($"?session_id={first}", """{"hook_event_name":"PreToolUse"}""")).Ok.Text("stopReason"), Does.Contain("session"));
        Assert.That((await SendAsync($"?session_id={second}", """{"hook_event_name":"PreToolUse"}""")).Text, Is.EqualTo(Continue));
        Assert.That((await SendAsync("?session_id=999999999", """{"hook_event_name":"PreToolUse"}""")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Megabytes_of_tool_input_do_not_bypass_a_cap()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        var file = new string('x', 5_000_000);

        var answer = await SendAsync(
            $"?agent_id={team.Agent}",
            $$"""{"session_id":"s","transcript_path":"/t","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"content":"{{file}}" } }""");

        Assert.That(answer.Ok["continue"]!.GetValue<bool>(), Is.False);
        Assert.That((await HookAsync(team)).Ok["continue"]!.GetValue<bool>(), Is.False, "the connection can be reused");
    }

    [TestCase("", 400)]
    [TestCase("[]", 400)]
    [TestCase("nothing", 400)]
    [TestCase("""{"hook_event_name":"Pre""", 400)]
    [TestCase("""{"hook_event_name":"\ud83d"}""", 400)]
    [TestCase("{}", 422)]
    [TestCase("""{"hook_event_name":7}""", 422)]
    [TestCase("""{"hook_event_name":""}""", 422)]
    [TestCase("""{"session_id":{"a":[1]},"tool_input":{"hook_event_name":"Stop"},"hook_event_name":"PreToolUse","more":{"deep":[[[[1]]]]}}""", 200)]
    public async Task Malformed_input_is_refused_and_unneeded_members_are_ignored(string body, int status)
    {
        var team = await Api.CreateTeamAsync();

        Assert.That((int)(await SendAsync($"?agent_id={team.Agent}", body)).Status, Is.EqualTo(status));
    }

    [Test]
    public async Task Names_have_a_maximum_length_and_the_agent_must_exist()
    {
        var team = await Api.CreateTeamAsync();
        var longest = new string('s', 500);

        Assert.That((await HookAsync(team, session: longest)).Text, Is.EqualTo(Continue));
        Assert.That((await HookAsync(team, session: longest + "s")).Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await HookAsync(team, new string('e', 101))).Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await SendAsync("", """{"hook_event_name":"PreToolUse"}""")).Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    private Task<Answer> HookAsync(TestTeam team, string name = "PreToolUse", string? session = null) => SendAsync(
        $"?agent_id={team.Agent}",
        new JsonObject { ["session_id"] = session ?? "none", ["cwd"] = "/work", ["hook_event_name"] = name, ["tool_name"] = "Bash" }.ToJsonString());

    private async Task<Answer> SendAsync(string query, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/hooks/claude-code{query}")
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        return await Api.SendAsync(request);
    }

    /// <summary>Reports a call of a run in the form of Claude Code's events.</summary>
    private async Task ReportAsync(TestTeam team, string session, decimal usd)
    {
        var body = new JsonObject
        {
            ["resourceLogs"] = new JsonArray(new JsonObject
            {
                ["resource"] = new JsonObject { ["attributes"] = Attributes(("service.name", "claude-code"), ("entourage.agent_id", team.Agent)) },
                ["scopeLogs"] = new JsonArray(new JsonObject
                {
                    ["logRecords"] = new JsonArray(new JsonObject
                    {
                        ["body"] = new JsonObject { ["stringValue"] = "claude_code.api_request" },
                        ["attributes"] = Attributes(
                            ("event.name", "api_request"),
                            ("session.id", session),
                            ("model", "claude-sonnet-4-20250514"),
                            ("input_tokens", "10"),
                            ("output_tokens", "1"),
                            ("cost_usd", usd.ToString(System.Globalization.CultureInfo.InvariantCulture))),
                    }),
                }),
            }),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/logs")
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        _ = (await Api.SendAsync(request)).Ok;
    }

    private static JsonArray Attributes(params (string Key, string Value)[] attributes) => [.. attributes.Select(attribute => (JsonNode)new JsonObject
    {
        ["key"] = attribute.Key,
        ["value"] = new JsonObject { ["stringValue"] = attribute.Value },
    })];
}
