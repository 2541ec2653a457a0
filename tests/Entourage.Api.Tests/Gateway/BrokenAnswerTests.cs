using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Gateway;

/// <summary>An answer that is damaged or breaks off is charged by what can be read of it, never more than was reserved.</summary>
internal sealed class BrokenAnswerTests(Store store) : GatewayFixture(store)
{
    // 3 USD for a million input tokens, 15 USD for a million output tokens.
    private const decimal InputUsd = 0.000003m;
    private const decimal OutputUsd = 0.000015m;

    [TestCase("br")]
    [TestCase("gzip")]
    [TestCase("deflate")]
    public async Task Compressed_answer_that_is_damaged_passes_unchanged_and_is_settled_as_an_estimate(string encoding)
    {
        byte[] sent = [.. Enumerable.Repeat((byte)0xFF, 100)];
        Provider.Answer = (context, _) =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            context.Response.ContentLength = sent.Length;
            return context.Response.Body.WriteAsync(sent).AsTask();
        };

        var got = await CallAsync("anthropic/v1/messages", Messages(), ("Accept-Encoding", encoding));

        Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(sent));
        Assert.That(await UsageAsync(), Is.EqualTo((true, Messages().Length / 4, 100)));
    }

    [Test]
    public async Task Compressed_stream_that_breaks_off_is_settled_by_what_passed()
    {
        var seen = new TaskCompletionSource();
        Provider.Answer = async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
            foreach (var sent in MessageEvents(1_000, 200, texts: 50).Take(41))
            {
                await gzip.WriteAsync(Encoding.UTF8.GetBytes(sent));
                await gzip.FlushAsync();
            }

            await seen.Task;
            context.Abort();
        };

        await ReadUntilAsync("part 39 of the answer", seen, Messages(stream: true), "gzip");

        // 40 texts of 20 or 21 bytes.
        Assert.That(await UsageAsync(), Is.EqualTo((true, 1_000, ((10 * 20) + (30 * 21)) / 4)));
    }

    [Test]
    public async Task Estimate_never_exceeds_what_was_reserved()
    {
        var seen = new TaskCompletionSource();
        Provider.Answer = async (context, _) =>
        {
            var text = new string('x', 100_000);
            await FakeProvider.StreamAsync(context, $$$$"""data: {"type":"content_block_delta","delta":{"text":"{{{{text}}}} end"}}{{{{"\n\n"}}}}""");
            await seen.Task;
            context.Abort();
        };

        var image = new string('A', 400_000);
        await ReadUntilAsync(
            "x end",
            seen,
            $$$"""{"model":"{{{Model}}}","max_tokens":500,"stream":true,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"{{{image}}}"}}]}]}""");

        var (isEstimate, input, output) = await UsageAsync();
        Assert.That((isEstimate, output), Is.EqualTo((true, 500)));
        Assert.That(input, Is.InRange(5_000, 5_500));
        Assert.That((await Host.Api.GetAsync("/sessions/1/usage")).Ok.AsArray().Single()!.Usd("overrun_usd"), Is.Zero);
    }

    /// <summary>Reads an answer until a text has arrived, lets the provider break it off, and waits until the call is settled.</summary>
    private async Task ReadUntilAsync(string text, TaskCompletionSource seen, string body, string encoding = "identity")
    {
        using var request = RequestOf("anthropic/v1/messages", body, ("Accept-Encoding", encoding));
        using var got = await Host.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var sent = await got.Content.ReadAsStreamAsync();
        await using Stream stream = encoding == "gzip" ? new GZipStream(sent, CompressionMode.Decompress) : sent;
        using var reader = new StreamReader(stream);
        var read = new StringBuilder();
        var buffer = new char[4_096];
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            read.Append(buffer, 0, await reader.ReadAsync(buffer));
        }

        seen.SetResult();
        await Patience.UntilAsync(async () => await BudgetAsync() is ( > 0, 0));
    }

    /// <summary>The only usage of the only session. It must be the only charge, and nothing may be reserved.</summary>
    private async Task<(bool IsEstimate, long Input, long Output)> UsageAsync()
    {
        JsonNode usage = (await Host.Api.GetAsync("/sessions/1/usage")).Ok.AsArray().Single()!;
        var (input, output) = (usage.Number("input_tokens")!.Value, usage.Number("output_tokens")!.Value);
        Assert.That(await BudgetAsync(), Is.EqualTo(((input * InputUsd) + (output * OutputUsd), 0m)));
        return (usage.Flag("estimated"), input, output);
    }
}
