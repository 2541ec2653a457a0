using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.Otlp;
using Entourage.Api.Tests.Protection;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>Usage is recorded even if its caller disconnects before the answer.</summary>
[NonParallelizable] // A connection that is reset before a busy server accepts it is lost with all that it carried.
internal sealed class HangUpTests
{
    private const int Calls = 1_000;
    private const int Concurrency = 16;
    private const decimal Usd = 0.001m;

    private ApiHost host = null!;
    private TestTeam team = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await ApiHost.StartAsync(Store.Sqlite, settings: ApiHost.WithKeys);

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [SetUp]
    public async Task CreateTeamAsync() => team = await host.Api.CreateTeamAsync();

    [Test]
    public async Task Export_is_recorded_when_its_client_disconnects_after_the_body([Values] bool reset)
    {
        await LeaveAsync(
            i => RequestOf("/v1/logs", OtlpPayload.LogsOf([("entourage.agent_id", team.Agent)], OtlpPayload.ApiRequest(host.Clock.GetUtcNow(), "s-1", $"r-{i}", Usd))), reset);

        await CheckAsync();
    }

    [Test]
    public async Task Usage_is_recorded_when_its_caller_disconnects_after_the_body([Values] bool reset)
    {
        var session = await team.StartAsync();

        await LeaveAsync(_ => RequestOf($"/api/v1/sessions/{session}/usage", Usage().ToJsonString()), reset);

        await CheckAsync();
    }

    [Test]
    public async Task Batch_is_recorded_when_its_caller_disconnects_after_the_body([Values] bool reset)
    {
        var session = await team.StartAsync();

        var item = Usage();
        item["session_id"] = session;
        var batch = new JsonObject { ["items"] = new JsonArray(item) }.ToJsonString();

        await LeaveAsync(_ => RequestOf("/api/v1/sessions/usage/batch", batch), reset);

        await CheckAsync();
    }

    [Test]
    public async Task Usage_is_recorded_when_the_model_disconnects_after_the_tool_call([Values] bool reset)
    {
        var session = await team.StartAsync();
        var arguments = Usage();
        arguments["session_id"] = session;
        var call = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = 1,
            ["method"] = "tools/call",
            ["params"] = new JsonObject { ["name"] = "report_usage", ["arguments"] = arguments },
        }.ToJsonString();

        await LeaveAsync(_ => RequestOf("/mcp", call), reset);

        await CheckAsync();
    }

    [Test]
    public async Task Export_in_chunks_is_recorded_when_its_client_disconnects_after_the_last([Values] bool isChunked)
    {
        // Much larger than one socket read and than a body that is read without permission. No reset here, because it would make the client's
        // system discard unsent data.
        var records = Enumerable.Range(0, Calls).Select(i => OtlpPayload.ApiRequest(host.Clock.GetUtcNow(), "s-1", $"r-{i}", Usd)).ToArray();
        var request = RequestOf("/v1/logs", OtlpPayload.LogsOf([("entourage.agent_id", team.Agent)], records), isChunked);
        using var connection = await RawConnection.OpenAsync(host.Api.Http.BaseAddress!);

        await connection.SendAndLeaveAsync(request, reset: false);

        await CheckAsync();
    }

    private static JsonObject Usage() => new() { ["input_tokens"] = 10, ["output_tokens"] = 1, ["cost_usd"] = Usd };

    private static byte[] RequestOf(string path, string body, bool isChunked = false)
    {
        var length = Encoding.UTF8.GetByteCount(body);
        var (framing, content) = isChunked
            ? ("Transfer-Encoding: chunked", $"{length:x}\r\n{body}\r\n0\r\n\r\n")
            : (string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}"), body);
        return Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {ApiHost.WithKeys["Auth:BootstrapKey"]}\r\nAccept: application/json, text/event-stream\r\n"
            + $"Content-Type: application/json\r\n{framing}\r\n\r\n{content}");
    }

    private async Task LeaveAsync(Func<int, byte[]> requestOf, bool reset) => await System.Threading.Tasks.Parallel.ForEachAsync(
        Enumerable.Range(0, Calls),
        new ParallelOptions { MaxDegreeOfParallelism = Concurrency },
        async (i, _) =>
        {
            using var connection = await RawConnection.OpenAsync(host.Api.Http.BaseAddress!);
            await connection.SendAndLeaveAsync(requestOf(i), reset);
        });

    private async Task CheckAsync()
    {
        await Patience.UntilAsync(async () => await SpentAsync() >= Calls * Usd);
        Assert.That(await SpentAsync(), Is.EqualTo(Calls * Usd));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    private async Task<decimal> SpentAsync() => (await team.BudgetAsync()).Usd("daily_spent_usd")!.Value;
}
