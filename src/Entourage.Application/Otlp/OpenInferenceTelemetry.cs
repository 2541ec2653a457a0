using Entourage.Domain;

namespace Entourage.Application.Otlp;

/// <summary>
/// Reads spans of the OpenInference conventions. Spans of kind <c>LLM</c> and <c>EMBEDDING</c> are calls, with <c>llm.token_count.*</c> and possibly
/// <c>llm.cost.total</c> (USD). Prompt tokens include cached ones. Spans of other kinds can repeat the sums of their calls.
/// </summary>
internal static class OpenInferenceTelemetry
{
    /// <summary>Whether a span follows the conventions.</summary>
    public static bool Is(TelemetrySpan span) => span.Attributes.Text("openinference.span.kind") is not null;

    /// <summary>Reads the usage of a span; null if it reports none.</summary>
    public static SourceUsage? Read(TelemetrySpan span, Guid? callerAgentId, ItemRejection rejection)
    {
        var attributes = span.Attributes;
        var prompt = attributes.Number(rejection, "llm.token_count.prompt");
        var completion = attributes.Number(rejection, "llm.token_count.completion");
        if (attributes.Text("openinference.span.kind") is not ("LLM" or "EMBEDDING") || (prompt ?? completion) is null && span.Error is null)
        {
            return null;
        }

        var tokens = SourceUsage.TokensWithCachedInput(
            prompt,
            completion,
            attributes.Number(rejection, "llm.token_count.prompt_details.cache_read"),
            attributes.Number(rejection, "llm.token_count.prompt_details.cache_write"),
            rejection);
        if (UsageSource.Of(span.Origin, attributes, callerAgentId, rejection) is not { } source)
        {
            return null;
        }

        return new(
            source,
            SourceUsage.KeyOf(span, source, tokens),
            span.EndedAt,
            SourceUsage.ModelOf(attributes.Text("llm.model_name", "embedding.model_name")),
            new(tokens),
            SourceUsage.CostOf(attributes.Number(rejection, "llm.cost.total"), rejection) ?? (tokens == default ? Money.Zero : null),
            span.Error is null ? null : SourceUsage.ErrorOf(span.Error),
            HasSums: false)
        { SpanId = span.SpanId };
    }
}
