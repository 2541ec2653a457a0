using Entourage.Domain;

namespace Entourage.Application.Otlp;

/// <summary>
/// What programs say that keep to OpenTelemetry's conventions for generative AI, present and past: a span for each call, and perhaps an
/// event in it. Their input tokens include cached ones.
/// </summary>
internal static class GenAiTelemetry
{
    /// <summary>A histogram that says neither whose call it was nor which: it cannot be told from the spans of the same calls.</summary>
    public const string TokenMetric = "gen_ai.client.token.usage";

    /// <summary>Why that histogram is not counted.</summary>
    public const string MetricIsNotRead = $"'{TokenMetric}' is not counted, since it does not say which call it was: send spans.";

    // The conventions' names, those that came before them, and those of the AI SDK, Pydantic AI and other libraries.
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

    // These span calls, each of which has a span of its own.
    private static readonly HashSet<string> Wholes =
        new(["invoke_agent", "create_agent", "execute_tool", "invoke_workflow", "retrieval", "plan"], StringComparer.Ordinal);

    /// <summary>The usage that a span tells of; null for none.</summary>
    public static SourceUsage? Read(TelemetrySpan span, Guid? callerAgentId, ItemFault fault) =>
        Read(span.Origin, span.Attributes, span.SpanId, span.EndedAt, span.Error, callerAgentId, fault) is { } usage ? usage with { SpanId = span.SpanId } : null;

    /// <summary>The usage that an event in a span tells of; null for none.</summary>
    public static SourceUsage? Read(TelemetryLog log, Guid? callerAgentId, ItemFault fault) =>
        Read(log.Origin, log.Attributes, log.SpanId, log.At, null, callerAgentId, fault);

    private static SourceUsage? Read(
        TelemetryOrigin origin, TelemetryAttributes attributes, string spanId, DateTimeOffset? at, string? error, Guid? callerAgentId, ItemFault fault)
    {
        var operation = attributes.Text("gen_ai.operation.name");
        var input = attributes.Number(fault, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens");
        var output = attributes.Number(fault, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens");
        var isCall = input is not null || output is not null || (error is not null && operation is not null);
        if (!isCall || (operation is not null && Wholes.Contains(operation)))
        {
            return null;
        }

        var read = attributes.Number(fault, CacheReads);
        var written = attributes.Number(fault, CacheWrites);
        var tokens = InputExcludesCached(origin)
            ? SourceUsage.TokensOf(input, output, read, written, fault)
            : SourceUsage.TokensWithCachedInput(input, output, read, written, fault);
        if (UsageSource.Of(origin, attributes, callerAgentId, fault) is not { } source)
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
            SourceUsage.CostOf(attributes.Number(fault, "gen_ai.usage.cost"), fault) ?? (tokens.OfAllClasses == 0 ? Money.Zero : null),
            error is null && attributes.Text("error.type") is null ? null : SourceUsage.ErrorOf(failure),
            HasSums: false)
        {
            RequestModel = SourceUsage.ModelOf(attributes.Text("gen_ai.request.model")),
        };
    }

    // OpenLLMetry's JavaScript instrumentation of Anthropic hands the provider's own count on, unlike the conventions that it follows.
    private static bool InputExcludesCached(TelemetryOrigin origin) => origin.Scope == "@traceloop/instrumentation-anthropic";

    // An event may be in a span that holds other calls, too: then the response's id tells them apart. The id alone would not do, since some
    // servers give out the same ones again. A span and its own event both say it, or neither does.
    private static string KeyOfSpan(string spanId, TelemetryAttributes attributes) =>
        attributes.Text("gen_ai.response.id") is { } response ? $"span\n{spanId}\n{response}" : $"span\n{spanId}";

    // An event outside of any span.
    private static string KeyOfFields(TelemetryAttributes attributes, DateTimeOffset? at, TokenCounts tokens) =>
        $"event\n{at?.UtcTicks}\n{attributes.Text("gen_ai.conversation.id")}\n{attributes.Text("gen_ai.response.id")}\n{attributes.Text("gen_ai.response.model")}\n{tokens}";
}
