using System.Net;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.Otlp;
using Entourage.Testing;
using ModelContextProtocol.Client;

namespace Entourage.Api.Tests.Costs;

/// <summary>Amounts computed in binary fractions are recorded as intended, and spent amounts are never refused for their decimals.</summary>
internal sealed class RoundedAmountTests
{
    private ApiHost host = null!;
    private TestTeam team = null!;
    private long session;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await ApiHost.StartAsync(Store.Sqlite);

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [SetUp]
    public async Task CreateTeamAsync()
    {
        team = await host.Api.CreateTeamAsync();
        session = await team.StartAsync();
    }

    [TestCase("0.30000000000000004", 0.3)]
    [TestCase("3.0000000000000004e-1", 0.3)]
    [TestCase("0.300000000000000044408920985006261616945266723632812", 0.3)]
    [TestCase("1.1000000000000000888", 1.1)]
    [TestCase("0.0012000000000000001", 0.0012)]
    [TestCase("999999.99999999994", 1000000)]
    [TestCase("1e-10", 0.000000001)]
    [TestCase("1e-12", 0.000000001)]
    [TestCase("1e-38", 0.000000001)]
    [TestCase("0.0001e-2147483648", 0.000000001)]
    [TestCase("0e-400", 0)]
    [TestCase("-0.0", 0)]
    [TestCase("0.1234567891", 0.12345679)]
    [TestCase("1.5E+1", 15)]
    public async Task Spent_amount_is_rounded_up_to_the_nano_dollar(string json, decimal usd)
    {
        var usage = $$"""{"input_tokens": 1, "output_tokens": 1, "cost_usd": {{json}}}""";
        _ = (await host.Api.PostAsync($"/sessions/{session}/usage", usage)).Ok;
        var batch = (await host.Api.PostAsync("/sessions/usage/batch", $$"""{"items": [{{usage.Replace("{", $"{{\"session_id\": {session}, ", StringComparison.Ordinal)}}]}""")).Ok;
        await using var tools = await McpClient.CreateAsync(new HttpClientTransport(new() { Endpoint = new Uri(host.Api.Http.BaseAddress!, "/mcp") }));
        var result = await tools.CallToolAsync(
            "report_usage", new Dictionary<string, object?> { ["session_id"] = session, ["input_tokens"] = 1, ["output_tokens"] = 1, ["cost_usd"] = JsonNode.Parse(json) });
        await host.Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf([("entourage.session_id", session)], Event(new JsonObject { ["doubleValue"] = JsonNode.Parse(json) })));
        await host.Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf([("entourage.session_id", session)], Event(new JsonObject { ["stringValue"] = json })));

        Assert.That(batch.Items("items").Single().Number("status"), Is.EqualTo(200));
        Assert.That(result.IsError, Is.Not.True);
        var recorded = (await host.Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray().Select(record => record!.Usd("cost_usd")).ToArray();
        Assert.That(recorded[2..], Is.All.EqualTo(usd), "over HTTP, in a batch and by a tool");
        if (!json.Contains("-38", StringComparison.Ordinal) && !json.Contains("-2147483648", StringComparison.Ordinal))
        {
            // Exporters send doubles, which don't have that many digits.
            Assert.That(recorded, Is.EqualTo(Enumerable.Repeat(usd, 5)), "and in telemetry");
        }

        static JsonObject Event(JsonObject cost)
        {
            var call = OtlpPayload.ApiRequest(new DateTimeOffset(2026, 6, 10, 12, 0, 0, TimeSpan.Zero), "s", Guid.NewGuid().ToString(), 1m);
            call["attributes"]!.AsArray().Single(attribute => attribute!.Text("key") == "cost_usd")!["value"] = cost;
            return call;
        }
    }

    [Test]
    public async Task Reservation_is_rounded_up_to_remain_an_upper_bound()
    {
        var reservation = (await host.Api.PostAsync($"/sessions/{session}/reservations", """{"estimated_cost_usd": 0.1234567891}""")).Created;

        Assert.That(reservation.Usd("amount_usd"), Is.EqualTo(0.12345679m));
    }

    [TestCase("0.30000000000000004", 0.3)]
    [TestCase("3.3000000000000003", 3.3)]
    public async Task Limit_with_binary_noise_is_rounded_to_the_intended_amount(string json, decimal usd)
    {
        var answer = await host.Api.PatchAsync($"/settings/teams/{team.Id}", $$"""{"daily_cost_limit_usd": {{json}}}""");

        Assert.That(answer.Ok.Usd("daily_cost_limit_usd"), Is.EqualTo(usd));
    }

    [TestCase("0.1234567891")]
    [TestCase("1e-10")]
    public async Task Too_precise_limit_is_refused(string json)
    {
        var answer = await host.Api.PatchAsync($"/settings/teams/{team.Id}", $$"""{"daily_cost_limit_usd": {{json}}}""");

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }
}
