using System.Security.Cryptography;
using System.Text;
using Entourage.Domain;
using Entourage.Domain.Prices;

namespace Entourage.Application.Otlp;

/// <summary>
/// Reads the telemetry of Claude Code: an event for each call with tokens and cost, spans that repeat it, and counters of both. Its input tokens
/// exclude cached ones.
/// </summary>
internal static class ClaudeCodeTelemetry
{
    private const string Prefix = "claude_code.";
    private const string Tokens = "claude_code.token.usage";
    private const string Cost = "claude_code.cost.usage";
    private const string CallSpan = "claude_code.llm_request";
    private const string SubAgent = "agent_id";
    private const string SubAgentEnded = "subagent_completed";

    /// <summary>Whether a log record comes from Claude Code.</summary>
    public static bool Is(TelemetryLog log) =>
        log.EventName.StartsWith(Prefix, StringComparison.Ordinal)
        || log.Body.StartsWith(Prefix, StringComparison.Ordinal)
        || log.Origin.Scope.StartsWith("com.anthropic.claude_code", StringComparison.Ordinal)
        || log.Origin.Resource.Text("service.name")?.StartsWith("claude-code", StringComparison.Ordinal) == true
        || log.Attributes.Text("event.name")?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    /// <summary>Whether a span comes from Claude Code.</summary>
    public static bool Is(TelemetrySpan span) => span.Name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether a point belongs to the counter of tokens or of cost.</summary>
    public static bool Is(TelemetryPoint point) => point.Metric is Tokens or Cost;

    /// <summary>Reads the usage of a log record; null if it reports none.</summary>
    public static SourceUsage? Read(TelemetryLog log, Guid? callerAgentId, ItemRejection rejection)
    {
        var name = NameOf(log);
        var isError = name is "api_error" or Prefix + "api_error";
        if (!isError && name is not ("api_request" or Prefix + "api_request"))
        {
            return null;
        }

        var attributes = log.Attributes;
        if (UsageSource.Of(log.Origin, attributes, callerAgentId, rejection)?.Of(attributes.Text(SubAgent), rejection) is not { } source)
        {
            return null;
        }

        var request = attributes.Text("request_id");
        var model = SourceUsage.ModelOf(attributes.Text("model"));
        if (isError)
        {
            var error = $"{attributes.Text("status_code")} {attributes.Text("error")}";
            return new(source, KeyOfFields(log, source, name, request), log.At, model, default, Money.Zero, SourceUsage.ErrorOf(error), HasSums: false);
        }

        return new(
            source,
            request is null ? KeyOfFields(log, source, name, null) : KeyOfRequest(request),
            log.At,
            model,
            BilledTokensOf(attributes, rejection),
            SourceUsage.CostOf(attributes.Number(rejection, "cost_usd"), rejection),
            Error: null,
            HasSums: true)
        { MayCostMore = true };
    }

    /// <summary>Reads the usage of a span; null if it reports none. Failed calls are reported by their own events.</summary>
    public static SourceUsage? Read(TelemetrySpan span, Guid? callerAgentId, ItemRejection rejection)
    {
        if (span.Name != CallSpan
            || BilledTokensOf(span.Attributes, rejection) is not { Counts.OfAllClasses: > 0 } tokens
            || UsageSource.Of(span.Origin, span.Attributes, callerAgentId, rejection)?.Of(span.Attributes.Text(SubAgent), rejection) is not { } source)
        {
            return null;
        }

        return new(
            source,
            span.Attributes.Text("request_id") is { } request ? KeyOfRequest(request) : SourceUsage.KeyOf(span, source, tokens.Counts),
            span.EndedAt,
            SourceUsage.ModelOf(span.Attributes.Text("model", "gen_ai.response.model", "gen_ai.request.model")),
            tokens,
            SourceUsage.CostOf(span.Attributes.Number(rejection, "cost_usd"), rejection),
            Error: null,
            HasSums: true)
        { MayCostMore = true, SpanId = span.SpanId, IsCall = true };
    }

    /// <summary>Reads which sub-agent ended; null if the log record reports no such end.</summary>
    public static UsageSource? ReadEnded(TelemetryLog log, Guid? callerAgentId, ItemRejection rejection) =>
        NameOf(log) is SubAgentEnded or Prefix + SubAgentEnded && log.Attributes.Text(SubAgent) is { } subAgent
            ? UsageSource.Of(log.Origin, log.Attributes, callerAgentId, rejection)?.Of(subAgent, rejection)
            : null;

    /// <summary>Reads a point of a counter; null if it cannot be counted.</summary>
    public static SumPoint? ReadPoint(TelemetryPoint point, ItemRejection rejection)
    {
        if (point is not { Kind: not TelemetrySumKind.None, StartedAt: { } from, At: { } until } || until < from)
        {
            rejection.Add($"A point of '{point.Metric}' must belong to a sum and have a temporality, a start time and a time.");
            return null;
        }

        SummedClass? of = point.Metric == Cost ? SummedClass.Cost : point.Attributes.Text("type") switch
        {
            "input" => SummedClass.Input,
            "output" => SummedClass.Output,
            "cacheRead" => SummedClass.CacheRead,
            "cacheCreation" => SummedClass.CacheWrite,
            _ => null,
        };
        if (of is null)
        {
            rejection.Add($"The 'type' of '{Tokens}' must be input, output, cacheRead or cacheCreation.");
            return null;
        }

        var value = point.Value is null ? null : TelemetryAttributes.ToNumber(point.Value);
        if (value is null or < 0)
        {
            rejection.Add($"A point of '{point.Metric}' must have a number that is not negative.");
            return null;
        }

        return new(SeriesOf(point, from), of.Value, value.Value, from, until, point.Kind == TelemetrySumKind.Cumulative);
    }

    private static string NameOf(TelemetryLog log) => log.EventName.Length > 0 ? log.EventName : log.Attributes.Text("event.name") ?? log.Body;

    private static BilledTokens BilledTokensOf(TelemetryAttributes attributes, ItemRejection rejection)
    {
        var longLived = attributes.Number(rejection, "cache_creation_1h_tokens");
        var counts = SourceUsage.TokensOf(
            attributes.Number(rejection, "input_tokens"),
            attributes.Number(rejection, "output_tokens"),
            attributes.Number(rejection, "cache_read_tokens"),
            attributes.Number(rejection, "cache_creation_tokens") ?? SumOf(attributes.Number(rejection, "cache_creation_5m_tokens"), longLived),
            rejection);

        // Cannot exceed all tokens written to the cache.
        return new(counts, (long)Math.Clamp(longLived ?? 0, 0, counts.CacheWrite));
    }

    // Null if neither is given.
    private static decimal? SumOf(decimal? first, decimal? second) => first is null ? second : first + (second ?? 0);

    private static string KeyOfRequest(string request) => $"claude-code\n{request}";

    // All fields, which are the same in every resend but differ from one record to the next.
    private static string KeyOfFields(TelemetryLog log, UsageSource source, string name, string? request) =>
        $"claude-code\n{name}\n{request}\n{source.Name}\n{source.Process}\n{log.At?.UtcTicks}\n{Describe(log.Attributes)}";

    private static string SeriesOf(TelemetryPoint point, DateTimeOffset from) => Hash(
        $"{point.Metric}\n{from.UtcTicks}\n{Describe(point.Origin.Resource)}\n{Describe(point.Attributes)}");

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)), 0, 16);

    private static string Describe(TelemetryAttributes attributes) => string.Join(
        '\n', attributes.All.OrderBy(attribute => attribute.Key, StringComparer.Ordinal).Select(attribute => FormattableString.Invariant($"{attribute.Key}={attribute.Value}")));
}
