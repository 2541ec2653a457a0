using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Testing;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Entourage.Api.Tests.Mcp;

/// <summary>A real MCP client uses the tools like a model would.</summary>
internal sealed class McpTests
{
    private ApiHost host = null!;
    private McpClient client = null!;
    private TestTeam team = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartAsync(Store.Sqlite);
        client = await McpClient.CreateAsync(new HttpClientTransport(new()
        {
            Endpoint = new Uri(host.Api.Http.BaseAddress!, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
        }));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await (client?.DisposeAsync() ?? default);
        await (host?.DisposeAsync() ?? default);
    }

    [SetUp]
    public async Task CreateTeamAsync() => team = await host.Api.CreateTeamAsync();

    [Test]
    public async Task Seven_tools_have_schemas_of_their_arguments_and_answers()
    {
        var tools = (await client.ListToolsAsync()).Select(tool => tool.ProtocolTool).ToDictionary(tool => tool.Name);

        Assert.That(client.ServerInstructions, Does.Contain("stop"));
        Assert.That(tools.Keys, Is.EquivalentTo(new[]
        {
            "check_budget", "start_session", "report_usage", "reserve_budget", "end_session", "request_budget_increase", "list_my_sessions",
        }));
        Assert.Multiple(() =>
        {
            foreach (var tool in tools.Values)
            {
                Assert.That(tool.Description, Has.Length.GreaterThan(60), tool.Name);
                Assert.That(tool.OutputSchema, Is.Not.Null, tool.Name);
                Assert.That(tool.InputSchema.GetProperty("additionalProperties").GetBoolean(), Is.False, tool.Name);
                foreach (var member in tool.InputSchema.GetProperty("properties").EnumerateObject())
                {
                    Assert.That(member.Value.GetProperty("description").GetString(), Is.Not.Empty, $"{tool.Name}.{member.Name}");
                }
            }

            var usage = tools["report_usage"].InputSchema;
            Assert.That(usage.GetProperty("required").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(new[] { "session_id", "input_tokens", "output_tokens" }));
            Assert.That(usage.GetProperty("properties").GetProperty("cost_usd").GetProperty("maximum").GetInt32(), Is.EqualTo(1_000_000));
            Assert.That(tools["check_budget"].Annotations!.ReadOnlyHint, Is.True);
            Assert.That((tools["end_session"].Annotations!.IdempotentHint, tools["report_usage"].Annotations!.ReadOnlyHint), Is.EqualTo(((bool?)true, (bool?)false)));
        });
    }

    [Test]
    public async Task Session_is_stopped_at_a_cap_and_the_ledger_agrees_with_the_client()
    {
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        Assert.That((await CallAsync("check_budget", ("agent_id", team.Agent))).Usd("daily_remaining_usd"), Is.EqualTo(1m));

        var session = (await CallAsync("start_session", ("agent_id", team.Agent), ("model", "m"))).Number("id")!.Value;
        var reservation = await CallAsync("reserve_budget", ("session_id", session), ("estimated_cost_usd", 0.4m), ("ttl_seconds", 60));
        var first = await CallAsync(
            "report_usage", ("session_id", session), ("input_tokens", 100), ("output_tokens", 10), ("cost_usd", 0.3m), ("reservation_id", reservation.Text("id")!));
        Assert.That((reservation.Usd("amount_usd"), first.Flag("stop"), first["budget"]!.Usd("daily_remaining_usd")), Is.EqualTo((0.4m, false, 0.7m)));

        var refused = await RefuseAsync("reserve_budget", ("session_id", session), ("estimated_cost_usd", 0.8m));
        Assert.That((refused.Problem.Number("status"), refused.Problem.Usd("max_reservable_usd")), Is.EqualTo((402L, 0.7m)));
        Assert.That(refused.Text, Does.Contain("request_budget_increase"));

        var last = await client.CallToolAsync("report_usage", Arguments(
            ("session_id", session), ("input_tokens", 200), ("output_tokens", 20), ("cost_usd", 0.7m), ("idempotency_key", "once")));
        var again = await CallAsync(
            "report_usage", ("session_id", session), ("input_tokens", 200), ("output_tokens", 20), ("cost_usd", 0.7m), ("idempotency_key", "once"));
        Assert.That(((TextContentBlock)last.Content[0]).Text, Does.StartWith("STOP."));
        Assert.That(Structured(last).Flag("stop"), Is.True);
        Assert.That(again.Text("usage_id"), Is.EqualTo(Structured(last).Text("usage_id")));

        var start = await RefuseAsync("start_session", ("agent_id", team.Agent));
        Assert.That((start.Problem.Text("type"), start.Problem["budget"]!.Text("scope")), Is.EqualTo(("/problems/budget-exceeded", "team")));
        var asked = await CallAsync(
            "request_budget_increase", ("agent_id", team.Agent), ("session_id", session), ("question", "Two files are left."), ("requested_usd", 0.5m));
        Assert.That(asked.Text("status"), Is.EqualTo("pending"));
        var ended = await CallAsync("end_session", ("session_id", session), ("outcome", "failed"), ("error", "no budget"));
        Assert.That(await CallAsync("end_session", ("session_id", session)), Is.EqualTo(ended).Using<JsonNode>(JsonNode.DeepEquals));

        var listed = (await CallAsync("list_my_sessions", ("agent_id", team.Agent), ("status", "failed"))).Items("sessions").Single();
        var stored = await team.SessionAsync(session);
        Assert.That(stored.AsObject().Remove("gateway"), Is.True); // only in the details of a session
        Assert.Multiple(() =>
        {
            Assert.That(JsonNode.DeepEquals(listed, stored), Is.True);
            Assert.That((stored.Usd("cost_usd"), stored.Number("tokens"), stored.Text("status")), Is.EqualTo((1m, 330L, "failed")));
        });
        Assert.That((await host.Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray(), Has.Count.EqualTo(2));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Tools_take_labels()
    {
        var labels = new Dictionary<string, string> { ["customer"] = "acme" };
        var started = await CallAsync("start_session", ("agent_id", team.Agent), ("labels", labels));
        var session = started.Number("id")!.Value;
        await CallAsync("reserve_budget", ("session_id", session), ("estimated_cost_usd", 0.1m), ("labels", new { pr = "1" }));
        await CallAsync("report_usage", ("session_id", session), ("input_tokens", 1), ("output_tokens", 1), ("labels", new { pr = "1" }));
        var refused = await RefuseAsync("report_usage", ("session_id", session), ("input_tokens", 1), ("output_tokens", 1), ("labels", new { pr = "" }));

        Assert.That(started["labels"]!.ToJsonString(), Is.EqualTo("""{"customer":"acme"}"""));
        Assert.That(refused.Problem["errors"]!.AsObject().Single().Key, Is.EqualTo("labels"));
        var usage = (await host.Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray().Single()!;
        Assert.That(usage["labels"]!.ToJsonString(), Is.EqualTo("""{"customer":"acme","pr":"1"}"""));
        Assert.That(await host.CountAsync("Reservations WHERE Labels = 'pr=1'"), Is.EqualTo(1));
    }

    [Test]
    public async Task Paused_agent_is_refused_with_stop()
    {
        var session = await team.StartAsync();
        await host.Api.PostAsync($"/agents/{team.Agent}/pause", new { reason = "look at this first" });

        var refused = await RefuseAsync("reserve_budget", ("session_id", session), ("estimated_cost_usd", 0.1m));

        Assert.That((refused.Problem.Number("status"), refused.Problem.Text("type")), Is.EqualTo((409L, "/problems/paused")));
        Assert.That(refused.Text, Does.Contain("Stop working"));
        Assert.That((await CallAsync("check_budget", ("agent_id", team.Agent))).Flag("stop"), Is.True);
    }

    [TestCase("check_budget", "{}", 422, "agent_id")]
    [TestCase("check_budget", """{"agent_id": "me"}""", 422, "agent_id")]
    [TestCase("check_budget", """{"agent_id": "00000000-0000-7000-8000-000000000000"}""", 404, null)]
    [TestCase("start_session", """{"agent_id": "<agent>", "task_id": 999999}""", 404, null)]
    [TestCase("start_session", """{"agent_id": "<agent>", "colour": "red"}""", 400, "colour")]
    [TestCase("report_usage", """{"input_tokens": 1, "output_tokens": 1}""", 422, "session_id")]
    [TestCase("report_usage", """{"session_id": 999999, "input_tokens": 1, "output_tokens": 1}""", 404, null)]
    [TestCase("report_usage", """{"session_id": 999999, "input_tokens": -1, "output_tokens": 1}""", 422, "input_tokens")]
    [TestCase("report_usage", """{"session_id": 999999, "input_tokens": "1", "output_tokens": 1}""", 400, "input_tokens")]
    [TestCase("reserve_budget", """{"session_id": 999999}""", 422, "estimated_cost_usd")]
    [TestCase("end_session", """{"session_id": 999999, "outcome": "great"}""", 422, "outcome")]
    [TestCase("request_budget_increase", """{"agent_id": "<agent>"}""", 422, "question")]
    [TestCase("list_my_sessions", """{"agent_id": "<agent>", "limit": 0}""", 422, "limit")]
    public async Task Invalid_arguments_have_the_same_names_as_in_the_API(string tool, string arguments, int status, string? member)
    {
        var parsed = JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments.Replace("<agent>", team.Agent, StringComparison.Ordinal))!;

        var answer = await client.CallToolAsync(tool, parsed);

        var problem = Structured(answer);
        Assert.That((answer.IsError, problem.Number("status")), Is.EqualTo(((bool?)true, (long?)status)));
        Assert.That(problem["errors"]?.AsObject().Single().Key, Is.EqualTo(member));
        Assert.That(((TextContentBlock)answer.Content[0]).Text, Does.Contain(status == 404 ? "Check the id" : "call again"));
    }

    private async Task<JsonNode> CallAsync(string tool, params (string Name, object Value)[] arguments)
    {
        var answer = await client.CallToolAsync(tool, Arguments(arguments));
        Assert.That(answer.IsError, Is.Not.True, string.Join(' ', answer.Content.OfType<TextContentBlock>().Select(block => block.Text)));
        return Structured(answer);
    }

    private async Task<(JsonNode Problem, string Text)> RefuseAsync(string tool, params (string Name, object Value)[] arguments)
    {
        var answer = await client.CallToolAsync(tool, Arguments(arguments));
        Assert.That(answer.IsError, Is.True);
        return (Structured(answer), ((TextContentBlock)answer.Content[0]).Text);
    }

    private static Dictionary<string, object?> Arguments(params (string Name, object Value)[] arguments) =>
        arguments.ToDictionary(argument => argument.Name, argument => (object?)argument.Value);

    private static JsonNode Structured(CallToolResult answer) => JsonNode.Parse(answer.StructuredContent!.Value.GetRawText())!;
}
