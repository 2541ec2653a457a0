using Entourage.Domain;

namespace Entourage.Application.Otlp;

/// <summary>
/// Reads telemetry that follows the present or earlier OpenTelemetry conventions for generative AI: a span for each call, and possibly an event
/// within it. Input tokens include cached ones.
/// </summary>
internal static class GenAiTelemetry
{
    /// <summary>A histogram that identifies neither the agent nor the call, so it cannot be separated from the spans of the same calls.</summary>
    public const string TokenMetric = "gen_ai.client.token.usage";

    /// <summary>Why the histogram is not counted.</summary>
    public const string MetricNotCounted = $"'{TokenMetric}' is not counted, because it does not identify the call. Send spans instead.";

    // The names of the current conventions, of earlier ones, and of the AI SDK, Pydantic AI and other libraries.
    private static readonly string[] CacheReads =
    [
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.cache_read_tokens",
        "gen_ai.usage.input_tokens.cached",
        "gen_ai.usage.input_tokens_details.cached_tokens",
        "gen_ai.usage.prompt_tokens_details.cached_tokens",
        "gen_ai.usage.details.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
        "gen_ai.usage.details.cached_tokens",
        "gen_ai.usage.cached_input_tokens",
        "gen_ai.usage.cached_tokens",
        "ai.usage.inputTokenDetails.cacheReadTokens",
        "ai.usage.cachedInputTokens",
    ];

    private static readonly string[] CacheWrites =
    [
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.cache_creation_tokens",
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_write_input_tokens",
        "gen_ai.usage.cache_write_tokens",
        "gen_ai.usage.input_tokens.cache_write",
        "gen_ai.usage.details.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_write_input_tokens",
        "gen_ai.usage.details.cache_creation_tokens",
        "gen_ai.usage.details.cache_write_tokens",
        "ai.usage.inputTokenDetails.cacheWriteTokens",
    ];

    // These operations contain calls, which have their own spans.
    private static readonly HashSet<string> ContainerOperations =
        new(["invoke_agent", "create_agent", "execute_tool", "invoke_workflow", "retrieval", "plan"], StringComparer.Ordinal);

    /// <summary>Reads the usage of a span; null if it reports none.</summary>
    public static SourceUsage? Read(TelemetrySpan span, Guid? callerAgentId, ItemRejection rejection) =>
        Read(span.Origin, span.Attributes, span.SpanId, span.EndedAt, span.Error, callerAgentId, rejection) is { } usage ? usage with { SpanId = span.SpanId } : null;

    /// <summary>Reads the usage of an event; null if it reports none.</summary>
    public static SourceUsage? Read(TelemetryLog log, Guid? callerAgentId, ItemRejection rejection) =>
        Read(log.Origin, log.Attributes, log.SpanId, log.At, null, callerAgentId, rejection);

    private static SourceUsage? Read(
        TelemetryOrigin origin, TelemetryAttributes attributes, string spanId, DateTimeOffset? at, string? error, Guid? callerAgentId, ItemRejection rejection)
    {
        var operation = attributes.Text("gen_ai.operation.name");
        var input = attributes.Number(rejection, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens");
        var output = attributes.Number(rejection, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens");
        var isCall = input is not null || output is not null || (error is not null && operation is not null);
        if (!isCall || (operation is not null && ContainerOperations.Contains(operation)))
        {
            return null;
        }

        var read = attributes.Number(rejection, CacheReads);
        var written = attributes.Number(rejection, CacheWrites);
        var tokens = InputExcludesCached(origin)
            ? SourceUsage.TokensOf(input, output, read, written, rejection)
            : SourceUsage.TokensWithCachedInput(input, output, read, written, rejection);
        if (UsageSource.Of(origin, attributes, callerAgentId, rejection) is not { } source)
        {
            return null;
        }

        var failure = attributes.Text("error.type") ?? error;
        return new(
            source,
            (spanId.Length > 0 ? KeyOfSpan(spanId, attributes) : KeyOfFields(attributes, at, tokens)) + SourceUsage.KeyTailOf(tokens),
            at,
            SourceUsage.ModelOf(attributes.Text("gen_ai.response.model", "gen_ai.request.model")),
            new(tokens),
            SourceUsage.CostOf(attributes.Number(rejection, "gen_ai.usage.cost"), rejection) ?? (tokens.OfAllClasses == 0 ? Money.Zero : null),
            error is null && attributes.Text("error.type") is null ? null : SourceUsage.ErrorOf(failure),
            HasSums: false)
        {
            RequestModel = SourceUsage.ModelOf(attributes.Text("gen_ai.request.model")),
        };
    }

    // OpenLLMetry's JavaScript instrumentation of Anthropic passes on the provider's own count, unlike the conventions that it follows.
    private static bool InputExcludesCached(TelemetryOrigin origin) => origin.Scope == "@traceloop/instrumentation-anthropic";

    // A span can contain events of several calls. The id of the response tells them apart. It is not sufficient alone, because some servers reuse
    // ids. A span and its own event either both have it or both lack it.
    private static string KeyOfSpan(string spanId, TelemetryAttributes attributes) =>
        attributes.Text("gen_ai.response.id") is { } response ? $"span\n{spanId}\n{response}" : $"span\n{spanId}";

    // For an event outside of any span.
    private static string KeyOfFields(TelemetryAttributes attributes, DateTimeOffset? at, TokenCounts tokens) =>
        $"event\n{at?.UtcTicks}\n{attributes.Text("gen_ai.conversation.id")}\n{attributes.Text("gen_ai.response.id")}\n{attributes.Text("gen_ai.response.model")}\n{tokens}";
}
