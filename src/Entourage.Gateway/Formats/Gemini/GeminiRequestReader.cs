namespace Entourage.Gateway.Formats.Gemini;

/// <summary>Reads requests of the Gemini API.</summary>
/// <remarks>
/// The bound of the input is that of <see cref="InputBound"/> for the text; 5,000 tokens for each image (the largest is cut into 17 tiles of 258); a
/// sixteenth of the encoded bytes of audio, 1,000 at least; what <see cref="Attachment"/> states for documents, with video in the request counted as
/// one; 1,000,000 for audio and video that only a URI names; 64 for the request, and 256 with tools.
/// </remarks>
internal static class GeminiRequestReader
{
    private const int RequestTokens = 64;
    private const int ToolTokens = 256;
    private const int ImageTokens = 5_000;
    private const int LeastAudioTokens = 1_000;
    private const int AudioBytesPerToken = 16;
    private const int MediaReference = 1_000_000;
    private const int MostCandidates = 64;

    private static readonly string[] ClientTools =
        ["functionDeclarations", "function_declarations", "computerUse", "computer_use"];

    private static readonly JsonPathTree<bool> AttachmentPaths = new(
        ("contents/parts", true),
        ("content/parts", true),
        ("systemInstruction/parts", true),
        ("system_instruction/parts", true),
        ("contents/parts/functionResponse/parts", true),
        ("contents/parts/function_response/parts", true));

    public static ModelRequest Read(ProviderRoute route, ReadOnlyMemory<byte> json)
    {
        var body = JsonObjectIndex.OfBody(json);
        var cached = GeminiNames.Of(body, "cachedContent", "cached_content");
        if (body.Has(cached))
        {
            // Billed as input, but only the provider knows its size.
            throw new UnreadableRequestException(
                $"'{cached}' is not supported, because it adds input that the gateway cannot see. Send the content itself.");
        }

        var hasTools = body.Items("tools").Count > 0;
        var hasOutput = route.Operation != GeminiOperations.Embed;
        var config = hasOutput ? body.Object(GeminiNames.Of(body, "generationConfig", "generation_config")) : null;
        RefuseMedia(config);
        var tools = body.Objects("tools").SelectMany(tool => tool.Names).Except(ClientTools).ToArray();
        var uses = ServerTools.UsesOf((long)tools.Length * ServerTools.AssumedUses);
        var input = InputBound.Of(json, AttachmentPaths, ReadAttachment) + RequestTokens + (hasTools ? ToolTokens : 0) + (uses * ServerTools.TokensOfUse);
        return new(
            route,
            json,
            route.Model!,
            input,
            hasOutput ? config?.WholeNumber(GeminiNames.Of(config, "maxOutputTokens", "max_output_tokens"), least: 1) : 0,
            (int)(config?.WholeNumber(GeminiNames.Of(config, "candidateCount", "candidate_count"), 1, MostCandidates) ?? 1),
            hasOutput,
            Streams: route.Operation == GeminiOperations.Stream,
            GeminiFormat.TierOf(body.Text(GeminiNames.Of(body, "serviceTier", "service_tier"))))
        {
            ServerToolUses = uses,
            MaySearch = tools.Any(tool => tool.StartsWith("google", StringComparison.Ordinal)),
        };
    }

    // Generated images and audio cost many times what text does, and the prices that a catalogue lists for a model are those of text.
    private static void RefuseMedia(JsonObjectIndex? config)
    {
        if (config is null)
        {
            return;
        }

        var name = GeminiNames.Of(config, "responseModalities", "response_modalities");
        if (config.Items(name).Any(item => !config.IsText(item, "TEXT") && !config.IsText(item, "text")))
        {
            throw new UnreadableRequestException($"'generationConfig.{name}' must be TEXT, because the gateway cannot price other output.");
        }
    }

    private static Attachment? ReadAttachment(JsonObjectIndex part)
    {
        var tokens = 0L;
        JsonValue? payload = null;
        if (part.Object(GeminiNames.Of(part, "inlineData", "inline_data")) is { } inline && inline.Find("data") is { } data)
        {
            payload = data;
            tokens += KindOf(inline) switch
            {
                "image" => ImageTokens,
                "audio" => Math.Max(data.Length / AudioBytesPerToken, LeastAudioTokens),
                _ => Attachment.Document(data).Tokens,
            };
        }

        if (part.Object(GeminiNames.Of(part, "fileData", "file_data")) is { } file)
        {
            tokens += KindOf(file) switch
            {
                "image" => ImageTokens,
                "text" or "application" => Attachment.DocumentReference,
                _ => MediaReference,
            };
        }

        return tokens > 0 ? new(tokens, payload) : null;
    }

    /// <summary>The part of a media type before the slash.</summary>
    private static string? KindOf(JsonObjectIndex source) => source.TextOrNull(GeminiNames.Of(source, "mimeType", "mime_type"))?.Split('/')[0];
}
