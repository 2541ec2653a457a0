using System.Text.Json;
using Entourage.Domain.Prices;

namespace Entourage.Gateway.Formats.OpenAi;

/// <summary>
/// Meters answers of all operations of the OpenAI API. Chat and completions state usage in an event of its own at the end of a stream, responses in
/// the event that ends it. Cached tokens are part of the prompt, and reasoning is part of the output.
/// </summary>
internal sealed class OpenAiMeter(ModelRequest request, bool withholds) : AnswerMeter<OpenAiMeter.Field>(Paths, withholds)
{
    private static readonly (string Path, Field Field)[] Usages =
    [
        ("usage", Field.Usage),
        ("usage/prompt_tokens", Field.Prompt),
        ("usage/input_tokens", Field.Prompt),
        ("usage/completion_tokens", Field.Output),
        ("usage/output_tokens", Field.Output),
        ("usage/prompt_tokens_details/cached_tokens", Field.CacheRead),
        ("usage/input_tokens_details/cached_tokens", Field.CacheRead),
        ("usage/prompt_tokens_details/cache_write_tokens", Field.CacheWrite),
        ("usage/input_tokens_details/cache_write_tokens", Field.CacheWrite),
        ("id", Field.Id),
        ("model", Field.Model),
        ("service_tier", Field.Tier),
        ("output/type", Field.OutputType),
    ];

    private static readonly JsonPathTree<Field> Paths = new(
    [
        .. Usages,
        .. Usages.Select(usage => ($"response/{usage.Path}", usage.Field)),
        ("type", Field.Type),
        ("item/type", Field.ItemType),
        ("error", Field.Error),
        ("choices", Field.Choices),
        ("choices/finish_reason", Field.FinishReason),
        ("choices/text", Field.Generated),
        .. new[] { "delta", "message" }.SelectMany(part => new (string, Field)[]
        {
            ($"choices/{part}/content", Field.Generated),
            ($"choices/{part}/content/text", Field.Generated),
            ($"choices/{part}/refusal", Field.Generated),
            ($"choices/{part}/reasoning", Field.Generated),
            ($"choices/{part}/reasoning_content", Field.Generated),
            ($"choices/{part}/function_call/arguments", Field.Generated),
            ($"choices/{part}/tool_calls/function/name", Field.Generated),
            ($"choices/{part}/tool_calls/function/arguments", Field.Generated),
            ($"choices/{part}/tool_calls/custom/input", Field.Generated),
        }),
        ("delta", Field.Generated),
        ("output/content/text", Field.Generated),
        ("output/summary/text", Field.Generated),
        ("output/arguments", Field.Generated),
        ("output/input", Field.Generated),
    ]);

    private long prompt;
    private long output;
    private long cacheRead;
    private long cacheWrite;
    private long snapshotSearches;
    private bool hasUsage;
    private bool hasFinished;
    private string? eventType;
    private string? itemType;
    private bool hasEventChoices;
    private bool hasEventUsage;

    /// <summary>The fields of answers and events that are read.</summary>
    internal enum Field
    {
        /// <summary>No field.</summary>
        None,
        Type,
        ItemType,
        OutputType,
        Error,
        Id,
        Model,
        Tier,
        Choices,
        FinishReason,
        Generated,
        Usage,
        Prompt,
        Output,
        CacheRead,
        CacheWrite,
    }

    /// <inheritdoc/>
    protected override void Take(Field field, JsonTokenType type, ReadOnlySpan<byte> text, long length)
    {
        switch (field)
        {
            case Field.Type:
                eventType = TextOf(type, text);
                break;
            case Field.ItemType:
                itemType = TextOf(type, text);
                break;
            case Field.OutputType when text.SequenceEqual("web_search_call"u8):
                snapshotSearches++;
                break;
            case Field.Error:
                IsError |= type is JsonTokenType.StartObject or JsonTokenType.String;
                break;
            case Field.Id:
                ResponseId = TextOf(type, text) ?? ResponseId;
                break;
            case Field.Model:
                Model = TextOf(type, text) ?? Model;
                break;
            case Field.Tier:
                Tier = OpenAiFormat.TierOf(TextOf(type, text)) ?? Tier;
                break;
            case Field.Choices:
                hasEventChoices |= type == JsonTokenType.StartObject;
                break;
            case Field.FinishReason:
                hasFinished |= type == JsonTokenType.String;
                break;
            case Field.Generated:
                OutputBytes += length;
                break;
            case Field.Usage when type == JsonTokenType.StartObject:
                (prompt, output, cacheRead, cacheWrite) = (0, 0, 0, 0);
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
            Usage = new BilledTokens(new(Math.Max(prompt - cacheRead - cacheWrite, 0), output, cacheRead, cacheWrite));
        }

        if (!HasEvents)
        {
            IsFinal = isWhole && hasUsage;
            WebSearches = Math.Max(snapshotSearches, SearchesOfChat);
            return false;
        }

        var isUsageAlone = request.Route.Operation != OpenAiOperations.Responses && hasEventUsage && !hasEventChoices;
        EndEvent(isUsageAlone, isWhole);
        return isUsageAlone;
    }

    // Chat does not state how often it searched. With the models that search it does once.
    private long SearchesOfChat => hasUsage && request.Route.Operation == OpenAiOperations.Chat && request.MaySearch ? 1 : 0;

    private void EndEvent(bool isUsageAlone, bool isWhole)
    {
        var isTerminal = eventType is "response.completed" or "response.incomplete" or "response.failed";
        IsError |= eventType is "error" or "response.failed";
        if (eventType == "response.output_item.done" && itemType == "web_search_call")
        {
            WebSearches++;
        }

        IsFinal |= isWhole && hasUsage && (isTerminal || isUsageAlone || hasFinished);
        WebSearches = Math.Max(WebSearches, Math.Max(snapshotSearches, SearchesOfChat));
        (eventType, itemType, hasEventChoices, hasEventUsage, snapshotSearches) = (null, null, false, false, 0);
    }

    private void Count(Field field, long? stated)
    {
        if (stated is not { } count)
        {
            return;
        }

        hasUsage = hasEventUsage = true;
        switch (field)
        {
            case Field.Prompt:
                prompt = count;
                break;
            case Field.Output:
                output = count;
                break;
            case Field.CacheRead:
                cacheRead = count;
                break;
            case Field.CacheWrite:
                cacheWrite = count;
                break;
        }
    }
}
