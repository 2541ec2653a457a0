using System.Text.Json;
using Entourage.Domain.Prices;

namespace Entourage.Gateway.Formats.Gemini;

/// <summary>
/// Meters answers of the Gemini API. Each part of a stream, which is events or one JSON array, may state the usage so far. The last one counts.
/// Cached tokens are part of the prompt, and thoughts are output apart from the candidates.
/// </summary>
internal sealed class GeminiMeter() : AnswerMeter<GeminiMeter.Field>(Paths, withholds: false)
{
    private static readonly JsonPathTree<Field> Paths = new(
        ("usageMetadata", Field.Usage),
        ("usageMetadata/promptTokenCount", Field.Prompt),
        ("usageMetadata/toolUsePromptTokenCount", Field.ToolPrompt),
        ("usageMetadata/cachedContentTokenCount", Field.CacheRead),
        ("usageMetadata/candidatesTokenCount", Field.Candidates),
        ("usageMetadata/thoughtsTokenCount", Field.Thoughts),
        ("usageMetadata/serviceTier", Field.Tier),
        ("modelVersion", Field.Model),
        ("responseId", Field.Id),
        ("error", Field.Error),
        ("promptFeedback/blockReason", Field.Finish),
        ("candidates/finishReason", Field.Finish),
        ("candidates/content/parts/text", Field.Generated),
        ("candidates/content/parts/functionCall/name", Field.Generated),
        ("candidates/content/parts/functionCall/args/**", Field.Generated),
        ("candidates/content/parts/executableCode/code", Field.Generated),
        ("candidates/groundingMetadata/webSearchQueries", Field.Searches));

    private long prompt;
    private long toolPrompt;
    private long cacheRead;
    private long candidates;
    private long thoughts;
    private long searches;
    private bool hasFinished;

    /// <summary>The fields of answers that are read.</summary>
    internal enum Field
    {
        /// <summary>No field.</summary>
        None,
        Usage,
        Prompt,
        ToolPrompt,
        CacheRead,
        Candidates,
        Thoughts,
        Tier,
        Model,
        Id,
        Error,
        Finish,
        Generated,
        Searches,
    }

    /// <inheritdoc/>
    protected override void Take(Field field, JsonTokenType type, ReadOnlySpan<byte> text, long length)
    {
        switch (field)
        {
            case Field.Usage when type == JsonTokenType.StartObject:
                (prompt, toolPrompt, cacheRead, candidates, thoughts) = (0, 0, 0, 0, 0);
                break;
            case Field.Usage when type == JsonTokenType.EndObject:
                Usage = new BilledTokens(new(Limited(Math.Max(prompt - cacheRead, 0) + toolPrompt), Limited(candidates + thoughts), cacheRead));
                break;
            case Field.Prompt:
                prompt = CountOf(type, text) ?? prompt;
                break;
            case Field.ToolPrompt:
                toolPrompt = CountOf(type, text) ?? toolPrompt;
                break;
            case Field.CacheRead:
                cacheRead = CountOf(type, text) ?? cacheRead;
                break;
            case Field.Candidates:
                candidates = CountOf(type, text) ?? candidates;
                break;
            case Field.Thoughts:
                thoughts = CountOf(type, text) ?? thoughts;
                break;
            case Field.Tier:
                Tier = GeminiFormat.TierOf(TextOf(type, text)) ?? Tier;
                break;
            case Field.Model:
                Model = TextOf(type, text) ?? Model;
                break;
            case Field.Id:
                ResponseId = TextOf(type, text) ?? ResponseId;
                break;
            case Field.Error:
                IsError |= type == JsonTokenType.StartObject;
                break;
            case Field.Finish:
                hasFinished |= type == JsonTokenType.String;
                break;
            case Field.Generated:
                OutputBytes += length;
                break;
            case Field.Searches:
                CountSearch(type);
                break;
        }
    }

    /// <inheritdoc/>
    protected override bool EndPart(bool isWhole)
    {
        IsFinal |= Usage is not null && isWhole && (hasFinished || !HasEvents);
        return false;
    }

    // Several parts may repeat the list.
    private void CountSearch(JsonTokenType type)
    {
        searches = type == JsonTokenType.StartArray ? 0 : type == JsonTokenType.String ? searches + 1 : searches;
        WebSearches = Math.Max(WebSearches, searches);
    }
}
