using System.Security.Cryptography;
using System.Text;
using Entourage.Domain;
using Entourage.Domain.Prices;

namespace Entourage.Application.Otlp;

/// <summary>
/// What Claude Code sends: an event for each call, with tokens and cost; spans that say the same; and counters of both. Its input tokens
/// do not include cached ones.
/// </summary>
internal static class ClaudeCodeTelemetry
{
    private const string Prefix = "claude_code.";
    private const string Tokens = "claude_code.token.usage";
    private const string Cost = "claude_code.cost.usage";
    private const string CallSpan = "claude_code.llm_request";
    private const string SubAgent = "agent_id";
    private const string SubAgentEnded = "subagent_completed";

    /// <summary>Whether a log record is of Claude Code.</summary>
    public static bool Is(TelemetryLog log) =>
        log.EventName.StartsWith(Prefix, StringComparison.Ordinal)
        || log.Body.StartsWith(Prefix, StringComparison.Ordinal)
        || log.Origin.Scope.StartsWith("com.anthropic.claude_code", StringComparison.Ordinal)
        || log.Origin.Resource.Text("service.name")?.StartsWith("claude-code", StringComparison.Ordinal) == true
        || log.Attributes.Text("event.name")?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    /// <summary>Whether a span is of Claude Code.</summary>
    public static bool Is(TelemetrySpan span) => span.Name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether a point is of a counter of tokens or money.</summary>
    public static bool Is(TelemetryPoint point) => point.Metric is Tokens or Cost;

    /// <summary>The usage that a log record tells of; null for none.</summary>
    public static SourceUsage? Read(TelemetryLog log, Guid? callerAgentId, ItemFault fault)
    {
        var name = NameOf(log);
        var isError = name is "api_error" or Prefix + "api_error";
        if (!isError && name is not ("api_request" or Prefix + "api_request"))
        {
            return null;
        }

        var attributes = log.Attributes;
        if (UsageSource.Of(log.Origin, attributes, callerAgentId, fault)?.Of(attributes.Text(SubAgent), fault) is not { } source)
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
            BilledTokensOf(attributes, fault),
            SourceUsage.CostOf(attributes.Number(fault, "cost_usd"), fault),
            Error: null,
            HasSums: true)
        { MayCostMore = true };
    }

    /// <summary>The usage that a span tells of; null for none. What failed is told by an event of its own.</summary>
    public static SourceUsage? Read(TelemetrySpan span, Guid? callerAgentId, ItemFault fault)
    {
        if (span.Name != CallSpan
            || BilledTokensOf(span.Attributes, fault) is not { Counts.OfAllClasses: > 0 } tokens
            || UsageSource.Of(span.Origin, span.Attributes, callerAgentId, fault)?.Of(span.Attributes.Text(SubAgent), fault) is not { } source)
        {
            return null;
        }

        return new(
            source,
            span.Attributes.Text("request_id") is { } request ? KeyOfRequest(request) : SourceUsage.KeyOf(span, source, tokens.Counts),
            span.EndedAt,
            SourceUsage.ModelOf(span.Attributes.Text("model", "gen_ai.response.model", "gen_ai.request.model")),
            tokens,
            SourceUsage.CostOf(span.Attributes.Number(fault, "cost_usd"), fault),
            Error: null,
            HasSums: true)
        { MayCostMore = true, SpanId = span.SpanId, IsCall = true };
    }

    /// <summary>The sub-agent that a log record says has ended; null for none.</summary>
    public static UsageSource? ReadEnded(TelemetryLog log, Guid? callerAgentId, ItemFault fault) =>
        NameOf(log) is SubAgentEnded or Prefix + SubAgentEnded && log.Attributes.Text(SubAgent) is { } subAgent
            ? UsageSource.Of(log.Origin, log.Attributes, callerAgentId, fault)?.Of(subAgent, fault)
            : null;

    /// <summary>What a point of a counter says; null where it cannot be counted.</summary>
    public static SumPoint? ReadPoint(TelemetryPoint point, ItemFault fault)
    {
        if (point is not { Kind: not TelemetrySumKind.None, StartedAt: { } from, At: { } until } || until < from)
        {
            fault.Add($"A point of '{point.Metric}' is one of a sum, with its temporality, its start and its time.");
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
            fault.Add($"The 'type' of '{Tokens}' is input, output, cacheRead or cacheCreation.");
            return null;
        }

        var value = point.Value is null ? null : TelemetryAttributes.ToNumber(point.Value);
        if (value is null or < 0)
        {
            fault.Add($"A point of '{point.Metric}' is a number, and not below zero.");
            return null;
        }

        return new(SeriesOf(point, from), of.Value, value.Value, from, until, point.Kind == TelemetrySumKind.Cumulative);
    }

    private static string NameOf(TelemetryLog log) => log.EventName.Length > 0 ? log.EventName : log.Attributes.Text("event.name") ?? log.Body;

    private static BilledTokens BilledTokensOf(TelemetryAttributes attributes, ItemFault fault)
    {
        var ofAnHour = attributes.Number(fault, "cache_creation_1h_tokens");
        var counts = SourceUsage.TokensOf(
            attributes.Number(fault, "input_tokens"),
            attributes.Number(fault, "output_tokens"),
            attributes.Number(fault, "cache_read_tokens"),
            attributes.Number(fault, "cache_creation_tokens") ?? SumOf(attributes.Number(fault, "cache_creation_5m_tokens"), ofAnHour),
            fault);

        // Never more than all that was written to the cache.
        return new(counts, (long)Math.Clamp(ofAnHour ?? 0, 0, counts.CacheWrite));
    }

    // Null where neither is stated.
    private static decimal? SumOf(decimal? first, decimal? second) => first is null ? second : first + (second ?? 0);

    private static string KeyOfRequest(string request) => $"claude-code\n{request}";

    // What stays the same however often it is sent, and tells it from the next one.
    private static string KeyOfFields(TelemetryLog log, UsageSource source, string name, string? request) =>
        $"claude-code\n{name}\n{request}\n{source.Name}\n{source.Process}\n{log.At?.UtcTicks}\n{Describe(log.Attributes)}";

    private static string SeriesOf(TelemetryPoint point, DateTimeOffset from) => Hash(
        $"{point.Metric}\n{from.UtcTicks}\n{Describe(point.Origin.Resource)}\n{Describe(point.Attributes)}");

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)), 0, 16);

    private static string Describe(TelemetryAttributes attributes) => string.Join(
        '\n', attributes.All.OrderBy(attribute => attribute.Key, StringComparer.Ordinal).Select(attribute => FormattableString.Invariant($"{attribute.Key}={attribute.Value}")));
}
