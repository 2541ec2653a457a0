using System.Text.Json;
using Entourage.Domain;
using Entourage.Domain.Prices;

namespace Entourage.Gateway.Formats.Anthropic;

/// <summary>
/// Meters answers of the Messages API. In a stream, <c>message_start</c> states usage, and each <c>message_delta</c> replaces the counts that it
/// states, which are cumulative. With server-side compaction, <c>iterations</c> lists each run of the model, and the greater of their sum and the
/// total counts.
/// </summary>
internal sealed class AnthropicMeter() : AnswerMeter<AnthropicMeter.Field>(Paths, withholds: false)
{
    private static readonly (string Path, Field Field)[] Usages =
    [
        ("input_tokens", Field.Input),
        ("output_tokens", Field.Output),
        ("cache_read_input_tokens", Field.CacheRead),
        ("cache_creation_input_tokens", Field.CacheWrite),
        ("cache_creation/ephemeral_5m_input_tokens", Field.ShortCacheWrite),
        ("cache_creation/ephemeral_1h_input_tokens", Field.LongCacheWrite),
        ("server_tool_use/web_search_requests", Field.WebSearches),
        ("service_tier", Field.Tier),
        ("speed", Field.Speed),
        ("iterations", Field.Iterations),
        ("iterations/input_tokens", Field.IterationInput),
        ("iterations/output_tokens", Field.IterationOutput),
        ("iterations/cache_read_input_tokens", Field.IterationCacheRead),
        ("iterations/cache_creation_input_tokens", Field.IterationCacheWrite),
    ];

    private static readonly JsonPathTree<Field> Paths = new(
    [
        .. Usages.Select(usage => ($"usage/{usage.Path}", usage.Field)),
        .. Usages.Select(usage => ($"message/usage/{usage.Path}", usage.Field)),
        ("type", Field.Type),
        ("error/type", Field.Error),
        ("id", Field.Id),
        ("message/id", Field.Id),
        ("model", Field.Model),
        ("message/model", Field.Model),
        ("delta/stop_reason", Field.StopReason),
        ("delta/text", Field.Generated),
        ("delta/thinking", Field.Generated),
        ("delta/partial_json", Field.Generated),
        ("content_block/text", Field.Generated),
        ("content_block/thinking", Field.Generated),
        ("content/text", Field.Generated),
        ("content/thinking", Field.Generated),
        ("content/input/**", Field.Generated),
    ]);

    private TokenCounts total;
    private TokenCounts iterations;
    private long shortCacheWrite;
    private long longCacheWrite;
    private bool isBatch;
    private bool hasUsage;
    private bool hasStopped;

    /// <summary>The fields of answers and events that are read.</summary>
    internal enum Field
    {
        /// <summary>No field.</summary>
        None,
        Type,
        Error,
        Id,
        Model,
        StopReason,
        Generated,
        Input,
        Output,
        CacheRead,
        CacheWrite,
        ShortCacheWrite,
        LongCacheWrite,
        WebSearches,
        Tier,
        Speed,
        Iterations,
        IterationInput,
        IterationOutput,
        IterationCacheRead,
        IterationCacheWrite,
    }

    /// <inheritdoc/>
    protected override void Take(Field field, JsonTokenType type, ReadOnlySpan<byte> text, long length)
    {
        switch (field)
        {
            case Field.Type:
                hasStopped |= text.SequenceEqual("message_stop"u8);
                IsError |= text.SequenceEqual("error"u8);
                break;
            case Field.Id:
                ResponseId = TextOf(type, text) ?? ResponseId;
                break;
            case Field.Model:
                Model = TextOf(type, text) ?? Model;
                break;
            case Field.StopReason:
                hasStopped |= type == JsonTokenType.String;
                break;
            case Field.Generated:
                OutputBytes += length;
                break;
            case Field.Tier when TextOf(type, text) is { } tier:
                isBatch = tier == "batch";
                break;
            case Field.Speed:
                Tier = TextOf(type, text) ?? Tier;
                break;
            case Field.Iterations when type == JsonTokenType.StartArray:
                iterations = default;
                break;
            default:
                Count(field, CountOf(type, text));
                break;
        }
    }

    /// <inheritdoc/>
    protected override bool EndPart(bool isWhole)
    {
        if (hasUsage)
        {
            var writes = Math.Max(Math.Max(total.CacheWrite, iterations.CacheWrite), shortCacheWrite + longCacheWrite);
            var counts = new TokenCounts(
                Limited(Math.Max(total.Input, iterations.Input)),
                Limited(Math.Max(total.Output, iterations.Output)),
                Limited(Math.Max(total.CacheRead, iterations.CacheRead)),
                Limited(writes));
            Usage = new BilledTokens(counts, Math.Min(longCacheWrite, counts.CacheWrite), isBatch);
            IsFinal |= isWhole && (hasStopped || !HasEvents);
        }

        return false;
    }

    private void Count(Field field, long? stated)
    {
        if (stated is not { } count)
        {
            return;
        }

        hasUsage |= field is not Field.WebSearches;
        switch (field)
        {
            case Field.Input:
                total = total with { Input = count };
                break;
            case Field.Output:
                total = total with { Output = count };
                break;
            case Field.CacheRead:
                total = total with { CacheRead = count };
                break;
            case Field.CacheWrite:
                total = total with { CacheWrite = count };
                break;
            case Field.ShortCacheWrite:
                shortCacheWrite = count;
                break;
            case Field.LongCacheWrite:
                longCacheWrite = count;
                break;
            case Field.WebSearches:
                WebSearches = count;
                break;
            case Field.IterationInput:
                iterations += new TokenCounts(count, 0);
                break;
            case Field.IterationOutput:
                iterations += new TokenCounts(0, count);
                break;
            case Field.IterationCacheRead:
                iterations += new TokenCounts(0, 0, count);
                break;
            case Field.IterationCacheWrite:
                iterations += new TokenCounts(0, 0, 0, count);
                break;
        }
    }
}
