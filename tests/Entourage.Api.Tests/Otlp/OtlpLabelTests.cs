using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Attributes of telemetry become labels, and never refuse it.</summary>
internal sealed class OtlpLabelTests(Store store) : ApiFixture(store)
{
    private TestTeam team = null!;

    private DateTimeOffset Now => Host.Clock.GetUtcNow();

    [SetUp]
    public async Task CreateTeamAsync() => team = await Api.CreateTeamAsync();

    [Test]
    public async Task Session_gets_the_labels_of_the_resource_and_each_usage_its_own()
    {
        await TakeAsync(
            [("entourage.label.Customer", "acme"), ("entourage.label.pr", 4711L), ("team.id", "core")],
            OtlpPayload.ApiRequest(Now, "s-1", "r1", 1m),
            With(OtlpPayload.ApiRequest(Now, "s-1", "r2", 1m), ("user.email", "dana@example.com")),
            With(OtlpPayload.ApiRequest(Now, "s-1", "r3", 1m), ("entourage.label.pr", "4712"), ("entourage.label.user", "kim"), ("user.email", "dana@example.com")));

        var session = await SessionAsync();
        Assert.That(LabelsOf(session), Is.EqualTo("""{"customer":"acme","pr":"4711"}"""));
        Assert.That(await UsagesAsync(session), Is.EqualTo(new[]
        {
            """{"customer":"acme","pr":"4712","user":"kim"}""",
            """{"customer":"acme","pr":"4711","user":"dana@example.com"}""",
            """{"customer":"acme","pr":"4711","user":"u-1"}""",
        }));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Labels_of_spans_and_of_counters_are_read_too()
    {
        await Api.TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf(
            [("entourage.agent_id", team.Agent), ("entourage.label.customer", "acme")],
            OtlpPayload.Span(Now, "00f067aa0ba902b7", [("gen_ai.request.model", ApiClient.ListedModel), ("gen_ai.usage.input_tokens", 5L), ("gen_ai.usage.output_tokens", 5L), ("enduser.id", "e-1")])));
        Assert.That(await UsagesAsync(await SessionAsync()), Is.EqualTo(new[] { """{"customer":"acme","user":"e-1"}""" }));

        var other = await Api.CreateTeamAsync();
        await Api.TakeAsync(OtlpPayload.Metrics, OtlpPayload.MetricsOf(
            [("entourage.agent_id", other.Agent), ("entourage.label.customer", "acme"), ("user.id", "u-2")],
            OtlpPayload.Counters(Now.AddSeconds(-5), Now, "m-1", calls: 1)));
        var counted = (await Api.GetAsync($"/agents/{other.Agent}/sessions")).Ok.AsArray().Single()!;
        Assert.That(LabelsOf(counted), Is.EqualTo("""{"customer":"acme","user":"u-2"}"""));
        Assert.That(await UsagesAsync(counted), Is.EqualTo(new[] { """{"customer":"acme","user":"u-2"}""" }));
    }

    [Test]
    public async Task Labels_that_are_not_valid_are_changed_or_left_out()
    {
        var answer = await TakeAsync(
            [
                ("entourage.label.cost center", " 4\n2 "), ("entourage.label.", "x"), ("entourage.label.---", "x"), ("entourage.label.empty", " "),
                ("entourage.label." + new string('k', 60), new string('v', 99) + "\U0001F600"), ("entourage.label.surrogates", "\U0001F600"),
            ],
            OtlpPayload.ApiRequest(Now, "s-1", "r1", 1m));

        Assert.That(answer.Text, Is.EqualTo("{}"), "nothing is refused");
        var labels = (await SessionAsync())["labels"]!.AsObject().ToDictionary(label => label.Key, label => label.Value!.GetValue<string>());
        Assert.That(labels, Is.EqualTo(new Dictionary<string, string>
        {
            ["cost_center"] = "42",
            [new string('k', 40)] = new string('v', 99),
            ["surrogates"] = "\U0001F600",
        }));
    }

    [Test]
    public async Task Further_labels_than_ten_are_left_out_in_the_order_of_their_keys()
    {
        var open = (await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, labels = Numbered("a", 6) })).Created.Number("id")!.Value;
        var answer = await TakeAsync(
            [.. Numbered("entourage.label.b", 11).Reverse().Select(label => (label.Key, (object)label.Value)), ("entourage.session_id", open)],
            OtlpPayload.ApiRequest(Now, "s-1", "r1", 1m));

        Assert.That(answer.Text, Is.EqualTo("{}"));
        var usage = JsonNode.Parse((await UsagesAsync(await team.SessionAsync(open))).Single())!.AsObject();
        Assert.That(usage.Select(label => label.Key), Is.EqualTo(new[] { "a01", "a02", "a03", "a04", "a05", "a06", "b01", "b02", "b03", "b04" }));
    }

    [TestCase("team.id=team; department; terminal.type = Terminal", """{"department":"r&d","team":"core","terminal":"vscode"}""")]
    [TestCase("", """{}""")]
    public async Task List_of_attributes_is_configurable(string list, string expected)
    {
        await using var host = await ApiHost.StartAsync(Store.Sqlite, settings: new Dictionary<string, string> { ["Otlp:LabelAttributes"] = list });
        var its = await host.Api.CreateTeamAsync();
        await host.Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(
            [("entourage.agent_id", its.Agent), ("team.id", "core"), ("department", "r&d")], OtlpPayload.ApiRequest(host.Clock.GetUtcNow(), "s-1", "r1", 1m)));

        var usage = (await host.Api.GetAsync("/sessions/1/usage")).Ok.AsArray().Single();
        Assert.That(LabelsOf(usage!).Replace("\\u0026", "&", StringComparison.Ordinal), Is.EqualTo(expected));
    }

    private static string LabelsOf(JsonNode answer) => answer["labels"]!.ToJsonString();

    private static Dictionary<string, string> Numbered(string name, int count) => Enumerable.Range(1, count).ToDictionary(number => $"{name}{number:00}", number => $"{number}");

    private static JsonObject With(JsonObject record, params (string Key, object Value)[] attributes)
    {
        foreach (var attribute in OtlpPayload.Attributes(attributes).ToArray())
        {
            record["attributes"]!.AsArray().Add(attribute!.DeepClone());
        }

        return record;
    }

    private Task<Answer> TakeAsync((string Key, object Value)[] resource, params JsonObject[] records) =>
        Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf([("entourage.agent_id", team.Agent), .. resource], records));

    private async Task<JsonNode> SessionAsync() => (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Single()!;

    private async Task<IReadOnlyList<string>> UsagesAsync(JsonNode session) =>
        [.. (await Api.GetAsync($"/sessions/{session.Number("id")}/usage")).Ok.AsArray().Select(usage => LabelsOf(usage!))];
}
