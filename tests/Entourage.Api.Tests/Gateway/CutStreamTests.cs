using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Testing;
using Microsoft.AspNetCore.Http;

namespace Entourage.Api.Tests.Gateway;

/// <summary>A stream that a kill cuts ends with an event that states the reason, in the form of the provider.</summary>
internal sealed class CutStreamTests(Store store) : GatewayFixture(store)
{
    private const string Chat = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n";
    private const string Delta = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n";
    private const string Part = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\n\n";

    private static readonly (string Path, string Body, string Sent)[] Streams =
    [
        ("anthropic/v1/messages", Messages(stream: true), string.Concat(MessageEvents(1_000, 200).Take(2))),
        ("openai/v1/chat/completions", """{"model":"gpt-4o-mini","max_tokens":500,"stream":true,"messages":[]}""", Chat),
        ("openai/v1/chat/completions", """{"model":"gpt-4o-mini","max_tokens":500,"stream":true,"stream_options":{"include_usage":true},"messages":[]}""", Chat),
        ("openai/v1/responses", """{"model":"gpt-4o-mini","max_output_tokens":500,"stream":true,"input":"x"}""", Delta),
        ("gemini/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", """{"contents":[],"generationConfig":{"maxOutputTokens":500}}""", Part),
    ];

    [Test]
    public async Task Stream_that_is_cut_between_events_ends_with_the_reason([Range(0, 4)] int which)
    {
        var (path, body, sent) = Streams[which];

        var got = await KillAsync(path, body, context => FakeProvider.StreamAsync(context, sent), sent);

        Assert.That(got, Does.StartWith(sent).And.EndsWith("\n\n"));
        var last = got![sent.Length..].Split('{', 2);
        var error = JsonNode.Parse($"{{{last[1]}")!;
        Assert.That(error["error"]!.Text("message"), Does.Contain("It loops"));
        var isTyped = path.Contains("messages", StringComparison.Ordinal) || path.Contains("responses", StringComparison.Ordinal);
        Assert.That((last[0], error["type"]?.GetValue<string>()), Is.EqualTo(
            isTyped ? ("event: error\ndata: ", "error") : (path.Contains("gemini", StringComparison.Ordinal) ? "" : "data: ", default(string))));
        Assert.That((await Host.Api.GetAsync("/sessions/1/usage")).Ok.AsArray().Single()!.Flag("estimated"), Is.True);
    }

    [TestCase("event: content_block_delta\n")]
    [TestCase("data: {\"type\":\"content_bl")]
    [TestCase("data: {\"type\":\"ping\"}\n")]
    public async Task Stream_that_is_cut_within_an_event_breaks_off(string begun)
    {
        var sent = string.Concat(MessageEvents(1_000, 200).Take(2)) + begun;

        Assert.That(await KillAsync("anthropic/v1/messages", Messages(stream: true), context => FakeProvider.StreamAsync(context, sent), sent), Is.Null);
    }

    [Test]
    public async Task Begun_event_of_a_stream_that_withholds_usage_is_replaced_by_the_reason()
    {
        var got = await KillAsync(Streams[1].Path, Streams[1].Body, context => FakeProvider.StreamAsync(context, Chat, "data: {\"id\""), Chat);

        Assert.That(got, Does.StartWith(Chat + "data: {\"error\":"));
    }

    [Test]
    public async Task Compressed_stream_breaks_off()
    {
        var got = await KillAsync("anthropic/v1/messages", Messages(stream: true), async context =>
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(MessageEvents(1_000, 200).Take(2))));
            await gzip.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });

        Assert.That(got, Is.Null);
    }

    /// <summary>Kills the session once the client has got some text.</summary>
    /// <returns>What the client got; null if its connection broke.</returns>
    private async Task<string?> KillAsync(string path, string body, Func<HttpContext, Task> sendAsync, string? awaited = null)
    {
        Provider.Answer = async (context, _) =>
        {
            await sendAsync(context);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        using var request = RequestOf(path, body);
        using var got = await Host.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await got.Content.ReadAsStreamAsync();
        var read = new StringBuilder();
        var buffer = new byte[4_096];
        try
        {
            for (var hasKilled = false; ;)
            {
                if (!hasKilled && (awaited is null || read.Length >= awaited.Length))
                {
                    hasKilled = true;
                    _ = (await Host.Api.PostAsync("/sessions/1/kill", new { reason = "It loops" })).Ok;
                }

                var length = await stream.ReadAsync(buffer);
                if (length == 0)
                {
                    await Patience.UntilAsync(async () => Provider.Aborted.Count == 1 && await BudgetAsync() is ( > 0, 0));
                    return read.ToString();
                }

                read.Append(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }
}
