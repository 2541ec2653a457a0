using System.Text.Json;

namespace Entourage.Gateway.Formats.OpenAi;

/// <summary>Reads requests of the OpenAI API.</summary>
/// <remarks>
/// The bound of the input is that of <see cref="InputBound"/> for the text, what <see cref="OpenAiAttachments"/> states for images and files, 64 for
/// the request, and with tools 256 for how they are presented to the model.
/// </remarks>
internal static class OpenAiRequestReader
{
    private const int RequestTokens = 64;
    private const int ToolTokens = 256;
    private const int MostChoices = 1_024;
    private const int MostPrompts = 2_048;

    // What OpenAI generates for a completion without a limit.
    private const long CompletionTokens = 16;

    private static readonly string[] ClientTools =
        ["function", "custom", "local_shell", "apply_patch", "computer", "computer_use_preview", "namespace"];

    // Context that the provider keeps is billed as input, but the body does not contain it. Its size is only bounded by the model's context window,
    // which is unknown here and would reserve some dollars for a greeting.
    private static readonly string[] KeptContexts = ["previous_response_id", "conversation", "prompt"];

    public static ModelRequest Read(ProviderRoute route, ReadOnlyMemory<byte> json)
    {
        var body = JsonObjectIndex.OfBody(json);
        var model = ModelNames.Read(body);
        var hasTools = body.Items("tools").Count > 0;
        var tools = body.Objects("tools").Select(tool => tool.TextOrNull("type")).OfType<string>().Except(ClientTools).ToArray();
        if (tools.Contains("image_generation"))
        {
            throw new UnreadableRequestException("The tool 'image_generation' is not supported, because the gateway cannot price images.");
        }

        var searches = body.Has("web_search_options") || IsSearchModel(model);
        var uses = tools.Length > 0 || searches ? ServerTools.UsesOf(body.WholeNumber("max_tool_calls", least: 0)) : 0;
        var images = 0;
        var input = InputBound.Of(json, OpenAiAttachments.Paths, ReadAttachment) + RequestTokens + (hasTools ? ToolTokens : 0) + (uses * ServerTools.TokensOfUse);
        var streams = body.Flag("stream");
        var request = new ModelRequest(route, json, model, input, MaxOutputTokens: null, Choices: 1, HasOutput: true, streams, OpenAiFormat.TierOf(body.Text("service_tier")))
        {
            ServerToolUses = uses,
            MaySearch = searches || tools.Any(tool => tool.StartsWith("web_search", StringComparison.Ordinal)),
            Images = images,
        };
        return route.Operation switch
        {
            OpenAiOperations.Chat => ReadChat(body, request),
            OpenAiOperations.Responses => ReadResponse(body, request),
            OpenAiOperations.Completions => ReadCompletion(body, request),
            _ => request with { MaxOutputTokens = 0, HasOutput = false, Streams = false },
        };

        Attachment? ReadAttachment(JsonObjectIndex block)
        {
            var attachment = OpenAiAttachments.Read(block, model);
            images += attachment is { DependsOnModel: true } ? 1 : 0;
            return attachment;
        }
    }

    private static ModelRequest ReadChat(JsonObjectIndex body, ModelRequest request)
    {
        RefuseAudio(body);

        // The API refuses both together. A server that does not may obey either.
        var limit = body.WholeNumber("max_completion_tokens", least: 1);
        var older = body.WholeNumber("max_tokens", least: 1);
        return request with
        {
            MaxOutputTokens = limit > older || older is null ? limit : older,
            Choices = (int)(body.WholeNumber("n", 1, MostChoices) ?? 1),
            WithholdsUsage = Withholds(body, request),
        };
    }

    private static ModelRequest ReadCompletion(JsonObjectIndex body, ModelRequest request)
    {
        var answers = Math.Max(body.WholeNumber("n", 1, MostChoices) ?? 1, body.WholeNumber("best_of", 1, MostChoices) ?? 1);
        return request with
        {
            MaxOutputTokens = body.WholeNumber("max_tokens", least: 1) ?? CompletionTokens,
            Choices = (int)answers * PromptsOf(body),
            WithholdsUsage = Withholds(body, request),
        };
    }

    private static ModelRequest ReadResponse(JsonObjectIndex body, ModelRequest request)
    {
        if (body.Flag("background"))
        {
            throw new UnreadableRequestException("'background' must be false. The gateway cannot meter a response that is fetched later.");
        }

        if (KeptContexts.FirstOrDefault(body.Has) is { } kept)
        {
            throw new UnreadableRequestException(
                $"'{kept}' is not supported, because it adds input that the gateway cannot see. Send the whole conversation in 'input'.");
        }

        if (body.Objects("input").Any(IsReference))
        {
            throw new UnreadableRequestException(
                "'input' contains a reference to a stored item, which adds input that the gateway cannot see. Send the item itself.");
        }

        return request with { MaxOutputTokens = body.WholeNumber("max_output_tokens", least: 1) };
    }

    private static bool Withholds(JsonObjectIndex body, ModelRequest request) =>
        body.Object("stream_options")?.Flag("include_usage") != true && request.Streams;

    // Audio costs many times what text does, and the prices that a catalogue lists for a model are those of text.
    private static void RefuseAudio(JsonObjectIndex body)
    {
        if (body.Has("audio"))
        {
            throw new UnreadableRequestException("'audio' is not supported, because the gateway cannot price audio output.");
        }
    }

    // A prompt is a text or its tokens, and an array of prompts is an array of either.
    private static int PromptsOf(JsonObjectIndex body)
    {
        var prompts = body.Items("prompt").Count(item => item.Type is JsonTokenType.String or JsonTokenType.StartArray);
        return prompts <= MostPrompts ? Math.Max(prompts, 1)
            : throw new UnreadableRequestException($"'prompt' must have at most {MostPrompts} prompts.");
    }

    private static bool IsSearchModel(string model) => model.Contains("-search-", StringComparison.Ordinal);

    // The type of a reference may be left out.
    private static bool IsReference(JsonObjectIndex item) =>
        item.TextOrNull("type") == "item_reference" || (item.Has("id") && !item.Has("type") && !item.Has("role"));
}
