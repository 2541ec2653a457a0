using Entourage.Domain;

namespace Entourage.Application.Telemetry;

/// <summary>
/// Reads the telemetry of Codex: a log record <c>codex.sse_event</c> of kind <c>response.completed</c> for each call. Its input tokens include
/// cached ones, its output tokens include reasoning. Its <c>handle_responses</c> spans repeat the same calls and are not counted.
/// </summary>
internal static class CodexTelemetry
{
    private const string EventName = "codex.sse_event";
    private const string Completed = "response.completed";
    private const string RepeatingSpan = "handle_responses";

    /// <summary>Whether a log record is of Codex.</summary>
    public static bool Is(TelemetryLog log) => log.Attributes.Text("event.name")?.StartsWith("codex.", StringComparison.Ordinal) == true;

    /// <summary>Whether a span repeats a call that a log record reports.</summary>
    public static bool Repeats(TelemetrySpan span) =>
        span.Name == RepeatingSpan && span.Origin.Resource.Text("service.name")?.StartsWith("codex", StringComparison.Ordinal) == true;

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
