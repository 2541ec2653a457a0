using Entourage.Domain;

namespace Entourage.Application.Otlp;

/// <summary>
/// Reads spans of the OpenInference conventions: those of kind <c>LLM</c> and <c>EMBEDDING</c> are calls, with <c>llm.token_count.*</c> and
/// perhaps <c>llm.cost.total</c> (USD). Prompt tokens include cached ones. Spans of other kinds may repeat the sums of their calls.
/// </summary>
internal static class OpenInferenceTelemetry
{
    /// <summary>Whether a span follows the conventions.</summary>
    public static bool Is(TelemetrySpan span) => span.Attributes.Text("openinference.span.kind") is not null;

    /// <summary>The usage that a span reports; null for none.</summary>
    public static SourceUsage? Read(TelemetrySpan span, Guid? callerAgentId, ItemFault fault)
    {
        var attributes = span.Attributes;
        var prompt = attributes.Number(fault, "llm.token_count.prompt");
        var completion = attributes.Number(fault, "llm.token_count.completion");
        if (attributes.Text("openinference.span.kind") is not ("LLM" or "EMBEDDING") || (prompt ?? completion) is null && span.Error is null)
        {
            return null;
        }

        var tokens = SourceUsage.TokensWithCachedInput(
            prompt,
            completion,
            attributes.Number(fault, "llm.token_count.prompt_details.cache_read"),
            attributes.Number(fault, "llm.token_count.prompt_details.cache_write"),
            fault);
        if (UsageSource.Of(span.Origin, attributes, callerAgentId, fault) is not { } source)
        {
            return null;
        }

        return new(
            source,
            SourceUsage.KeyOf(span, source, tokens),
            span.EndedAt,
            SourceUsage.ModelOf(attributes.Text("llm.model_name", "embedding.model_name")),
            new(tokens),
            SourceUsage.CostOf(attributes.Number(fault, "llm.cost.total"), fault) ?? (tokens == default ? Money.Zero : null),
            span.Error is null ? null : SourceUsage.ErrorOf(span.Error),
            HasSums: false)
        { SpanId = span.SpanId };
    }
}
