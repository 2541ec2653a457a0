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

    /// <summary>Why the histogram is not counted.</summary>
    public const string MetricNotCounted = $"'{TokenMetric}' of Codex is not counted, because it does not identify the call. Send logs instead ([otel] exporter).";

    /// <summary>Why the spans are not counted.</summary>
    public const string SpansNotCounted = $"The spans '{RepeatingSpan}' of Codex are not counted, because its log records report the same calls. Send logs instead ([otel] exporter).";

    private const string EventName = "codex.sse_event";
    private const string Completed = "response.completed";
    private const string RepeatingSpan = "handle_responses";

    /// <summary>Whether a log record comes from Codex.</summary>
    public static bool Is(TelemetryLog log) => log.Attributes.Text("event.name")?.StartsWith("codex.", StringComparison.Ordinal) == true;

    /// <summary>Whether a span repeats the usage of a call that a log record reports.</summary>
    public static bool Repeats(TelemetrySpan span) =>
        span.Name == RepeatingSpan
        && span.Attributes.Text("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens") is not null
        && span.Origin.Resource.Text("service.name")?.StartsWith("codex", StringComparison.Ordinal) == true;

    /// <summary>Reads the usage of a log record; null if it reports none. Codex repeats the record with the duration and without tokens.</summary>
    public static SourceUsage? Read(TelemetryLog log, Guid? callerAgentId, ItemRejection rejection)
    {
        var attributes = log.Attributes;
        if (attributes.Text("event.name") != EventName
            || attributes.Text("event.kind") != Completed
            || attributes.Number(rejection, "input_token_count") is not { } input)
        {
            return null;
        }

        var tokens = SourceUsage.TokensWithCachedInput(
            input, attributes.Number(rejection, "output_token_count"), attributes.Number(rejection, "cached_token_count"), attributes.Number(rejection, "cache_write_token_count"), rejection);
        if (UsageSource.Of(log.Origin, attributes, callerAgentId, rejection) is not { } source)
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
