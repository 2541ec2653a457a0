using Entourage.Domain;

namespace Entourage.Application.Otlp;

/// <summary>
/// Reads the telemetry of Gemini CLI: a log record <c>gemini_cli.api_response</c> for each call, and <c>gemini_cli.api_error</c> for each failed
/// call. Its input tokens include cached ones. Thoughts are billed as output, but reported separately. The record
/// <c>gen_ai.client.inference.operation.details</c> repeats the call without cached tokens and thoughts, and is not counted.
/// </summary>
internal static class GeminiCliTelemetry
{
    /// <summary>A counter without a class for thoughts, so the cost of a call cannot be derived from it.</summary>
    public const string TokenMetric = "gemini_cli.token.usage";

    /// <summary>Why the counter is not counted.</summary>
    public const string MetricNotCounted = $"'{TokenMetric}' of Gemini CLI is not counted, because its log records have more detail. Send logs instead.";

    private const string Prefix = "gemini_cli.";
    private const string Response = "gemini_cli.api_response";
    private const string ApiError = "gemini_cli.api_error";

    /// <summary>Whether a log record comes from Gemini CLI.</summary>
    public static bool Is(TelemetryLog log) =>
        log.Origin.Scope == "gemini-cli"
        || log.Origin.Resource.Text("service.name") == "gemini-cli"
        || log.Attributes.Text("event.name")?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    /// <summary>Reads the usage of a log record; null if it reports none.</summary>
    public static SourceUsage? Read(TelemetryLog log, Guid? callerAgentId, ItemRejection rejection)
    {
        var attributes = log.Attributes;
        var name = attributes.Text("event.name");
        if (name is not (Response or ApiError))
        {
            return null;
        }

        if (UsageSource.Of(log.Origin, attributes, callerAgentId, rejection) is not { } source)
        {
            return null;
        }

        var tokens = name == ApiError ? default : SourceUsage.TokensWithCachedInput(
            attributes.Number(rejection, "input_token_count") + (attributes.Number(rejection, "tool_token_count") ?? 0),
            (attributes.Number(rejection, "output_token_count") ?? 0) + (attributes.Number(rejection, "thoughts_token_count") ?? 0),
            attributes.Number(rejection, "cached_content_token_count"),
            cacheWrite: null,
            rejection);
        return new(
            source,
            $"{name}\n{source.Name}\n{attributes.Text("prompt_id")}\n{attributes.Text("event.timestamp") ?? $"{log.At?.UtcTicks}"}\n{tokens}",
            log.At,
            SourceUsage.ModelOf(attributes.Text("model")),
            new(tokens),
            tokens == default ? Money.Zero : null,
            name == ApiError ? SourceUsage.ErrorOf($"{attributes.Text("status_code")} {attributes.Text("error", "error.message")}") : null,
            HasSums: false);
    }
}
