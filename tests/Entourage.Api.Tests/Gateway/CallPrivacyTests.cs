using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Entourage.Testing;
using Microsoft.AspNetCore.Http;

namespace Entourage.Api.Tests.Gateway;

/// <summary>Prompts and completions are in no store, log, metric, trace or event, whatever becomes of a call.</summary>
internal sealed class CallPrivacyTests
{
    private const string Prompt = "a-prompt-that-nobody-may-keep";
    private const string Completion = "a-completion-that-nobody-may-keep";
    private const string ProviderKey = "sk-that-nobody-may-keep";

    private static readonly string[] Secrets = [Prompt, Completion, ProviderKey];

    private static readonly (string Path, string Body, string Answer)[] Calls =
    [
        (
            "anthropic/v1/messages",
            $$"""{"model":"{{ApiClient.ListedModel}}","max_tokens":100,"stream":true,"messages":[{"role":"user","content":"{{Prompt}}"}]}""",
            $$$"""{"type":"message_start","id":"msg","model":"{{{ApiClient.ListedModel}}}","content":[{"type":"text","text":"{{{Completion}}}"}],"usage":{"input_tokens":10,"output_tokens":10}}"""),
        (
            "openai/v1/chat/completions",
            $$"""{"model":"gpt-4o-mini","max_tokens":100,"stream":true,"messages":[{"role":"user","content":"{{Prompt}}"}]}""",
            $$$"""{"id":"c","choices":[{"index":0,"delta":{"content":"{{{Completion}}}"}}],"usage":{"prompt_tokens":10,"completion_tokens":10}}"""),
        (
            "openai/v1/responses",
            $$"""{"model":"gpt-4o-mini","max_output_tokens":100,"stream":true,"input":"{{Prompt}}","instructions":"{{Prompt}}"}""",
            $$$$"""{"type":"response.completed","response":{"id":"r","output":[{"content":[{"text":"{{{{Completion}}}}"}]}],"usage":{"input_tokens":10,"output_tokens":10}}}"""),
        ("openai/v1/embeddings", $$"""{"model":"text-embedding-3-small","input":"{{Prompt}}"}""", """{"data":[],"usage":{"prompt_tokens":10,"total_tokens":10}}"""),
        (
            "gemini/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
            $$$"""{"contents":[{"parts":[{"text":"{{{Prompt}}}"}]}],"generationConfig":{"maxOutputTokens":100}}""",
            $$$"""{"candidates":[{"content":{"parts":[{"text":"{{{Completion}}}"}]}}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":10}}"""),
    ];

    // An error that quotes what was sent, as providers' do.
    private static readonly string Echo = $$$"""{"error":{"type":"invalid_request_error","message":"Cannot read {{{Prompt}}}{{{Completion}}}"}}""";

    private static readonly Func<HttpContext, string, Task>[] Answers =
    [
        (context, answer) => FakeProvider.AnswerJsonAsync(context, answer),
        (context, answer) => FakeProvider.StreamAsync(context, $"data: {answer}\n\n", "data: [DONE]\n\n"),
        (context, _) => FakeProvider.AnswerJsonAsync(context, Echo, StatusCodes.Status400BadRequest),
        (context, _) => FakeProvider.AnswerJsonAsync(context, Echo, StatusCodes.Status500InternalServerError),
        (context, _) => FakeProvider.AnswerJsonAsync(context, $"<{Completion}"),
        (context, answer) => FakeProvider.StreamAsync(context, $"data: {answer}\n\n", $"event: error\ndata: {Echo}\n\n"),
        (context, _) => FakeProvider.StreamAsync(context, $"data: {{{Completion}\n\n"),
        async (context, answer) =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(answer));
        },
        async (context, _) =>
        {
            context.Response.Headers.ContentEncoding = "br";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Completion));
        },
        async (context, answer) =>
        {
            await FakeProvider.StreamAsync(context, $"data: {answer}\n\n", $"data: {{\"{Completion}");
            context.Abort();
        },
        (context, _) =>
        {
            context.Abort();
            return Task.CompletedTask;
        },
    ];

    private readonly ConcurrentQueue<string> traces = new();

    [Test]
    public async Task Neither_prompts_nor_completions_nor_the_provider_key_are_kept_anywhere()
    {
        using var logs = new LogRecorder();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traces.Enqueue(TextOf(activity)),
        };
        ActivitySource.AddActivityListener(listener);
        await using var provider = await FakeProvider.StartAsync();
        await using var collector = await Collector.StartAsync();
        var settings = new Dictionary<string, string>(LogRecorder.Talkative)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        await using (var host = await ApiHost.StartAsync(Store.Sqlite, TimeProvider.System.GetUtcNow(), provider.AddTo(settings, ProviderKey), logs.AddTo))
        {
            await CallAndCheckAsync(host, provider);

            // A server that stops exports the rest, but does not wait for long.
            await Patience.UntilAsync(() => collector.Of("traces").Contains("/gateway/", StringComparison.Ordinal));
        }

        string exported = collector.Of("traces") + collector.Of("metrics") + collector.Of("logs");
        Assert.That(exported, Does.Contain("/gateway/"));
        Assert.That(Secrets.Where(exported.Contains), Is.Empty);
        Assert.That(traces.Where(trace => Secrets.Any(trace.Contains)), Is.Empty);
        Assert.That(traces, Is.Not.Empty);
        Assert.That(logs.With(Secrets), Is.Empty);
        Assert.That(logs.Lines, Has.Count.GreaterThan(1_000));
    }

    private static async Task CallAndCheckAsync(ApiHost host, FakeProvider provider)
    {
        var team = await host.Api.CreateTeamAsync();
        foreach (var (path, body, answer) in Calls)
        {
            foreach (var given in Answers)
            {
                provider.Answer = (context, _) => given(context, answer);
                await CallAsync(path, body);
            }

            // Refused: not JSON, and members that cannot be read.
            await CallAsync(path, $"{{{Prompt}");
            await CallAsync(path, body.Replace("{\"", $"{{\"max_tokens\":\"{Prompt}\",\"{Prompt}\":1,\"{Prompt}\":2,\"", StringComparison.Ordinal));
        }

        // Cut by the client, and by a kill.
        provider.Answer = async (context, _) =>
        {
            await FakeProvider.StreamAsync(context, $"data: {Calls[0].Answer}\n\n");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        await LeaveAsync(() => Task.CompletedTask);
        await LeaveAsync(async () =>
        {
            _ = (await host.Api.PostAsync("/sessions/1/kill", new { reason = "It loops" })).Ok;
            await Patience.UntilAsync(() => provider.Aborted.Count == 2);
        });

        // Refused: killed, and too expensive.
        await CallAsync(Calls[0].Path, Calls[0].Body);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        await CallAsync(Calls[1].Path, Calls[1].Body);

        Assert.That(provider.Calls, Has.Count.EqualTo((Calls.Length * Answers.Length) + 2));
        Assert.That(Encoding.UTF8.GetString(provider.Calls.First().Body), Does.Contain(Prompt));
        var metrics = await host.Api.Http.GetStringAsync("/metrics");
        foreach (var secret in Secrets)
        {
            Assert.That(metrics, Does.Not.Contain(secret));
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(host.Database.FilePath)!))
            {
                Assert.That((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)), Is.Negative, file);
            }
        }

        async Task CallAsync(string path, string body)
        {
            using var request = RequestOf(path, body);
            try
            {
                using var _ = await host.Api.Http.SendAsync(request);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                // The provider broke off.
            }
        }

        async Task LeaveAsync(Func<Task> beforeAsync)
        {
            using var request = RequestOf(Calls[0].Path, Calls[0].Body);
            using var got = await host.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await (await got.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[10]);
            await beforeAsync();
        }

        HttpRequestMessage RequestOf(string path, string body)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, $"/gateway/{path}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-Entourage-Agent", team.Agent);
            return request;
        }
    }

    // Those of this test's own client are not the server's.
    private static string TextOf(Activity activity) => activity.Kind == ActivityKind.Client && activity.Source.Name == "System.Net.Http" ? "" : string.Join(
        ' ',
        activity.TagObjects.Concat(activity.Events.SelectMany(happened => happened.Tags)).Select(tag => $"{tag.Key}={tag.Value}")
            .Append(activity.DisplayName).Append(activity.StatusDescription).Concat(activity.Baggage.Select(item => $"{item.Key}={item.Value}")));
}
