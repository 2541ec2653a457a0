using System.Net.Http.Headers;
using System.Runtime;
using System.Text.Json;
using Entourage.Api.Otlp.Wire;
using Entourage.Application.Otlp;
using Google.Protobuf;

namespace Entourage.Api.Startup;

/// <summary>Sends the requests that agents send most, until their code is optimised.</summary>
internal sealed class WarmUpLoad(WarmUpServer server)
{
    private const string Name = "warm-up";
    private const string Api = "api/v1/";

    private const int Clients = 4;

    // The runtime optimises methods in the background, and most of them twice. While the load runs, few further ones mean that it is done.
    private const int FewMethods = 40;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const string Usage = "\"input_tokens\":1,\"output_tokens\":1,\"cost_usd\":0.000001";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var organisation = await PostAsync("orgs", $$"""{"name":"{{Name}}","slug":"{{Name}}"}""", cancellationToken);
        var team = await PostAsync($"orgs/{organisation}/teams", $$"""{"name":"{{Name}}","slug":"{{Name}}"}""", cancellationToken);
        var agent = await PostAsync($"teams/{team}/agents", $$"""{"name":"{{Name}}"}""", cancellationToken);
        await ExportAsync(agent, cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(() => WorkAsync(agent, done, cancellationToken), cancellationToken)));
        await Task.WhenAny(work, SettleAsync(cancellationToken));
        await done.CancelAsync();
        await work;
    }

    /// <summary>Waits until the runtime compiles hardly anything.</summary>
    private static async Task SettleAsync(CancellationToken cancellationToken)
    {
        long before;
        do
        {
            before = JitInfo.GetCompiledMethodCount();
            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        }
        while (JitInfo.GetCompiledMethodCount() - before > FewMethods);
    }

    private async Task WorkAsync(string agent, CancellationTokenSource done, CancellationToken cancellationToken)
    {
        while (!done.IsCancellationRequested)
        {
            var session = await PostAsync("sessions/start", $$"""{"agent_id":"{{agent}}"}""", cancellationToken);
            using (await server.Http.GetAsync($"{Api}agents/{agent}/budget", cancellationToken))
            {
            }

            var reservation = await PostAsync($"sessions/{session}/reservations", """{"estimated_cost_usd":0.000002}""", cancellationToken);
            await PostAsync($"sessions/{session}/usage", $$"""{{{Usage}},"reservation_id":"{{reservation}}"}""", cancellationToken);
            await PostAsync($"sessions/{session}/usage", $"{{{Usage}}}", cancellationToken);
        }
    }

    /// <returns>The id of what was created, if the answer has one.</returns>
    private async Task<string> PostAsync(string path, string json, CancellationToken cancellationToken)
    {
        using var content = new StringContent(json, new MediaTypeHeaderValue("application/json"));
        using var answer = await server.Http.PostAsync(Api + path, content, cancellationToken);
        using var body = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken));
        return body.RootElement.TryGetProperty("id", out var id) ? id.ToString() : "";
    }

    // An export of one call, in the format of most exporters.
    private async Task ExportAsync(string agent, CancellationToken cancellationToken)
    {
        var record = new LogRecord
        {
            Body = Text("claude_code.api_request"),
            Attributes =
            {
                Attribute("event.name", Text("api_request")),
                Attribute("session.id", Text(Name)),
                Attribute("request_id", Text(Name)),
                Attribute("model", Text(Name)),
                Attribute("input_tokens", new Value { Whole = 1 }),
                Attribute("cost_usd", new Value { Fraction = 0.01 }),
            },
        };
        var resource = new Resource { Attributes = { Attribute(TelemetryAttributes.Agent, Text(agent)), Attribute("service.name", Text("claude-code")) } };
        byte[] body = Field(1, [.. Field(1, resource.ToByteArray()), .. Field(2, Field(2, record.ToByteArray()))]);
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/x-protobuf") } };
        using var answer = await server.Http.PostAsync("v1/logs", content, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static Entourage.Api.Otlp.Wire.Attribute Attribute(string key, Value value) => new() { Key = ByteString.CopyFromUtf8(key), Value = value };

    private static Value Text(string text) => new() { Text = ByteString.CopyFromUtf8(text) };

    private static byte[] Field(int number, byte[] message)
    {
        using var written = new MemoryStream();
        using (var output = new CodedOutputStream(written, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(message));
        }

        return written.ToArray();
    }
}
