using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Entourage.Api.Tests.Otlp;

/// <summary>The body of a request of the .NET exporter.</summary>
internal sealed record OtlpRecording(string Signal, byte[] Body)
{
    private const string Source = "my.llm.library";

    /// <summary>Captures a call in each signal from the real exporter without sending anything.</summary>
    public static IReadOnlyList<OtlpRecording> Create()
    {
        using var recorder = new Recorder();
        Send("http://localhost:1", Guid.Empty.ToString(), "recorded", recorder);
        return recorder.Recorded;
    }

    /// <summary>Exports a call of Claude Code (0.05 USD) as a log record and counters, and another (110 tokens) as a span.</summary>
    /// <param name="server">The server to export to.</param>
    /// <param name="agent">The agent of the calls.</param>
    /// <param name="session">The session of the calls.</param>
    /// <param name="handler">Replaces the HTTP handler; null sends for real.</param>
    public static void Send(string server, string agent, string session, HttpMessageHandler? handler = null)
    {
        var resource = ResourceBuilder.CreateEmpty().AddService("my-agent", serviceInstanceId: "p-1")
            .AddAttributes([new("entourage.agent_id", agent), new("session.id", session)]);
        SendSpan(resource, options => Configure(options, "traces"));

        // A program creates its counters before its first call.
        SendCounters(resource, session, options => Configure(options, "metrics"), () => SendLog(resource, session, options => Configure(options, "logs")));

        void Configure(OtlpExporterOptions options, string signal)
        {
            options.Endpoint = new Uri($"{server}/v1/{signal}");
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            options.ExportProcessorType = ExportProcessorType.Simple;
            options.HttpClientFactory = () => handler is null ? new HttpClient() : new HttpClient(handler, disposeHandler: false);
        }
    }

    private static void SendLog(ResourceBuilder resource, string session, Action<OtlpExporterOptions> configure)
    {
        using var factory = LoggerFactory.Create(builder => builder.AddOpenTelemetry(options =>
        {
            options.SetResourceBuilder(resource);
            options.IncludeFormattedMessage = true;
            options.AddOtlpExporter(configure);
        }));
        KeyValuePair<string, object?>[] state =
        [
            new("event.name", "api_request"), new("request_id", $"req_{session}"), new("model", "claude-sonnet-4-20250514"), new("cost_usd", 0.05), new("input_tokens", 1000),
            new("output_tokens", 200), new("cache_read_tokens", 30000L), new("cache_creation_tokens", 400),
        ];
        factory.CreateLogger("claude").Log<IReadOnlyList<KeyValuePair<string, object?>>>(
            LogLevel.Information, default, state, null, (_, _) => "claude_code.api_request");
    }

    private static void SendSpan(ResourceBuilder resource, Action<OtlpExporterOptions> configure)
    {
        using var source = new ActivitySource(Source);
        using var provider = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Source).AddOtlpExporter(configure).Build();
        using var activity = source.StartActivity("chat house-model", ActivityKind.Client);
        activity!.SetTag("gen_ai.operation.name", "chat").SetTag("gen_ai.request.model", "house-model")
            .SetTag("gen_ai.usage.input_tokens", 100).SetTag("gen_ai.usage.output_tokens", 10);
        activity.Stop();
        provider.ForceFlush();
    }

    private static void SendCounters(ResourceBuilder resource, string session, Action<OtlpExporterOptions> configure, Action call)
    {
        using var meter = new Meter("com.anthropic.claude_code");
        using var provider = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(meter.Name)
            .AddOtlpExporter((options, reader) =>
            {
                configure(options);
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = int.MaxValue;
            })
            .Build();
        var (tokens, cost) = (meter.CreateCounter<long>("claude_code.token.usage"), meter.CreateCounter<double>("claude_code.cost.usage"));
        call();
        foreach (var (type, count) in new[] { ("input", 1000), ("output", 200), ("cacheRead", 30000), ("cacheCreation", 400) })
        {
            tokens.Add(count, new("type", type), new("model", "claude-sonnet-4-20250514"), new KeyValuePair<string, object?>("session.id", session));
        }

        cost.Add(0.05, new("model", "claude-sonnet-4-20250514"), new KeyValuePair<string, object?>("session.id", session));
        provider.ForceFlush();
    }

    private sealed class Recorder : HttpMessageHandler
    {
        private readonly List<OtlpRecording> recorded = [];

        public IReadOnlyList<OtlpRecording> Recorded => [.. recorded.DistinctBy(one => one.Signal)];

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = new MemoryStream();
            request.Content!.CopyTo(body, null, cancellationToken);
            recorded.Add(new(request.RequestUri!.Segments[^1], body.ToArray()));
            return new(HttpStatusCode.OK) { RequestMessage = request };
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));
    }
}
