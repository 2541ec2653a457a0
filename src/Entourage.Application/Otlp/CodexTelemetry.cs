using Entourage.Domain;

namespace Entourage.Application.Otlp;

/// <summary>
/// Reads the telemetry of Codex: a log record <c>codex.sse_event</c> of kind <c>response.completed</c> for each call. Its input tokens include
/// cached ones, its output tokens include reasoning. Its <c>handle_responses</c> spans repeat the same calls and are not counted.
/// </summary>
internal static class CodexTelemetry
{
    /// <summary>A histogram of the tokens of turns.</summary>
    public const string TokenMetric = "codex.turn.token_usage";

    /// <summary>Why that histogram is not counted.</summary>
    public const string MetricIsNotRead = $"'{TokenMetric}' of Codex is not counted, since it does not say which call it was: send logs ([otel] exporter).";

    /// <summary>Why its spans are not counted.</summary>
    public const string SpansAreNotRead = $"The spans '{RepeatingSpan}' of Codex are not counted, since its log records report the same calls: send logs ([otel] exporter).";

    private const string EventName = "codex.sse_event";
    private const string Completed = "response.completed";
    private const string RepeatingSpan = "handle_responses";

    /// <summary>Whether a log record is of Codex.</summary>
    public static bool Is(TelemetryLog log) => log.Attributes.Text("event.name")?.StartsWith("codex.", StringComparison.Ordinal) == true;

    /// <summary>Whether a span repeats the usage of a call that a log record reports.</summary>
    public static bool Repeats(TelemetrySpan span) =>
        span.Name == RepeatingSpan
        && span.Attributes.Text("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens") is not null
        && span.Origin.Resource.Text("service.name")?.StartsWith("codex", StringComparison.Ordinal) == true;

    /// <summary>The usage that a log record reports; null for none. Codex sends the kind a second time, with the duration and without tokens.</summary>
    public static SourceUsage? Read(TelemetryLog log, Guid? callerAgentId, ItemFault fault)
    {
        var attributes = log.Attributes;
        if (attributes.Text("event.name") != EventName
            || attributes.Text("event.kind") != Completed
            || attributes.Number(fault, "input_token_count") is not { } input)
        {
            return null;
        }

        var tokens = SourceUsage.TokensWithCachedInput(
            input, attributes.Number(fault, "output_token_count"), attributes.Number(fault, "cached_token_count"), attributes.Number(fault, "cache_write_token_count"), fault);
        if (UsageSource.Of(log.Origin, attributes, callerAgentId, fault) is not { } source)
        {
            return null;
        }

        return new(
            source,
            $"codex\n{source.Name}\n{attributes.Text("event.timestamp") ?? $"{log.At?.UtcTicks}"}\n{tokens}",
            log.At,
            SourceUsage.ModelOf(attributes.Text("model", "slug")),
            new(tokens),
            tokens == default ? Money.Zero : null,
            Error: null,
            HasSums: false);
    }
}
