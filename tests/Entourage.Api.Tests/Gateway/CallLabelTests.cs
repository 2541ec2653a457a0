using System.Net;
using System.Text.Json.Nodes;
using Entourage.Application.Ledger;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Gateway;

/// <summary>Headers label a call through the gateway.</summary>
internal sealed class CallLabelTests(Store store) : GatewayFixture(store)
{
    private const string Path = "anthropic/v1/messages";

    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Jobs:UnsettledCallsEverySeconds"] = "0" };

    [SetUp]
    public void Answer() => Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, Message(100, 10));

    [Test]
    public async Task Labels_of_a_call_are_those_of_its_usage_and_stay_with_the_gateway()
    {
        var session = (await Host.Api.PostAsync("/sessions/start", new { agent_id = Team.Agent, labels = new { customer = "acme", user = "dana" } })).Created.Number("id")!.Value;

        var got = await CallAsync(
            Path, Messages(), ("X-Entourage-Session", $"{session}"), ("X-Entourage-Label-PR", "4711"), ("x-entourage-label-user", "kim"), ("X-Entourage-Label-Customer", "acme"));

        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Provider.Calls.Single().Headers.Keys, Has.None.StartsWith("X-Entourage").IgnoreCase);
        Assert.That(LabelsOf((await UsagesAsync(session)).Single()), Is.EqualTo("""{"customer":"acme","pr":"4711","user":"kim"}"""));
        Assert.That(LabelsOf(await Team.SessionAsync(session)), Is.EqualTo("""{"customer":"acme","user":"dana"}"""));
        Assert.That(await Host.CountAsync("Reservations WHERE Labels LIKE 'pr=4711%user=kim' AND Tokens > 1000"), Is.EqualTo(1), "those that the session lacks");
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Session_of_a_conversation_gets_the_labels_of_the_call_that_opens_it()
    {
        await CallAsync(Path, Messages(), ("x-claude-code-session-id", "c-1"), ("X-Entourage-Label-Customer", "acme"));
        await CallAsync(Path, Messages(), ("x-claude-code-session-id", "c-1"), ("x-claude-code-agent-id", "sub"));

        Assert.That((await SessionsAsync()).Select(LabelsOf), Is.EqualTo(new[] { """{"customer":"acme"}""", """{"customer":"acme"}""" }));
    }

    [Test]
    public async Task Calls_without_a_conversation_share_a_session_without_labels()
    {
        await CallAsync(Path, Messages(), ("X-Entourage-Label-Customer", "acme"));
        await CallAsync(Path, Messages());

        var session = (await SessionsAsync()).Single();
        Assert.That(LabelsOf(session), Is.EqualTo("{}"));
        Assert.That((await UsagesAsync(session!.Number("id")!.Value)).Select(LabelsOf), Is.EqualTo(new[] { "{}", """{"customer":"acme"}""" }));
    }

    [TestCase("X-Entourage-Label-", "acme")]
    [TestCase("X-Entourage-Label-a!", "acme")]
    [TestCase("X-Entourage-Label-Customer", "")]
    [TestCase("X-Entourage-Label-Customer", "long")]
    [TestCase("X-Entourage-Label-Customer", "eleven")]
    public async Task Call_with_an_invalid_label_is_refused_and_not_sent(string name, string value)
    {
        (string, string)[] headers = value switch
        {
            "long" => [(name, new string('v', 101))],
            "eleven" => [.. Enumerable.Range(1, 11).Select(number => ($"X-Entourage-Label-{number}", "x"))],
            _ => [(name, value)],
        };

        var got = await CallAsync(Path, Messages(), headers);

        var error = JsonNode.Parse(await got.Content.ReadAsStringAsync())!["error"]!;
        Assert.That((got.StatusCode, error.Text("type")), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_request_error")));
        Assert.That(error.Text("message"), Does.Contain("X-Entourage-Label-"));
        Assert.That(Provider.Calls, Is.Empty);
    }

    [Test]
    public async Task Call_whose_labels_are_too_many_beside_those_of_the_session_is_refused()
    {
        var labels = Enumerable.Range(1, 10).ToDictionary(number => $"key{number}", _ => "x");
        var session = (await Host.Api.PostAsync("/sessions/start", new { agent_id = Team.Agent, labels })).Created.Number("id");

        var got = await CallAsync(Path, Messages(), ("X-Entourage-Session", $"{session}"), ("X-Entourage-Label-Further", "x"));

        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(Provider.Calls, Is.Empty);
        Assert.That(await BudgetAsync(), Is.EqualTo((0m, 0m)));
    }

    [Test]
    public async Task Charge_of_a_call_that_was_never_settled_has_its_labels_and_its_model()
    {
        var session = (await Host.Api.PostAsync("/sessions/start", new { agent_id = Team.Agent, model = "house-model", labels = new { customer = "acme" } })).Created.Number("id")!.Value;
        await Host.SendAsync(new ReserveCallCommand(
            session, Model, InputTokens: 1_000, MaxOutputTokens: 1_000, LeastOutputTokens: 1, Choices: 2, Billing.Api, TtlSeconds: 60)
        {
            Labels = LabelSet.Of([new("pr", "4711")]),
        });
        Assert.That(await Host.CountAsync("Reservations WHERE Tokens = 3000"), Is.EqualTo(1));

        await using var next = ApiHost.StartBeside(Host);
        next.Clock.Advance(TimeSpan.FromMinutes(2));
        await using var scope = next.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<UnsettledCalls>().ChargeAsync(CancellationToken.None);

        var usage = (await UsagesAsync(session)).Single()!;
        Assert.That((LabelsOf(usage), usage.Text("model")), Is.EqualTo(("""{"customer":"acme","pr":"4711"}""", Model)));
        Assert.That((await next.VerifyAsync()).Differences, Is.Empty);
    }

    private static string LabelsOf(JsonNode? answer) => answer!["labels"]!.ToJsonString();

    private async Task<IReadOnlyList<JsonNode?>> UsagesAsync(long session) => [.. (await Host.Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray()];

    private async Task<IReadOnlyList<JsonNode?>> SessionsAsync() => [.. (await Host.Api.GetAsync($"/agents/{Team.Agent}/sessions")).Ok.AsArray()];
}
