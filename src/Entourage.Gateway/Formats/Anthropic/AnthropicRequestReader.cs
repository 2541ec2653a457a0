namespace Entourage.Gateway.Formats.Anthropic;

/// <summary>Reads requests of the Messages API.</summary>
/// <remarks>
/// The bound of the input is that of <see cref="InputBound"/> for the text; 5,000 tokens for each image (the largest costs 4,784); what
/// <see cref="Attachment"/> states for documents; 64 for the request; and with tools 1,024 for the provider's own instructions on them, and 1,024 more for
/// each tool that is defined by the provider instead of by a schema in the request.
/// </remarks>
internal static class AnthropicRequestReader
{
    private const int RequestTokens = 64;
    private const int ToolInstructionTokens = 1_024;
    private const int ProviderToolTokens = 1_024;
    private const int ImageTokens = 5_000;

    // Besides messages, results of tools and documents contain such blocks, and so do documents in the results of server tools.
    private static readonly JsonPathTree<bool> AttachmentPaths = new(
        ("messages/content", true),
        ("messages/content/content", true),
        ("messages/content/content/content", true),
        ("messages/content/source/content", true),
        ("messages/content/content/source/content", true));

    private static readonly string[] ClientTools = ["bash_", "text_editor_", "computer_", "memory_"];

    public static ModelRequest Read(ProviderRoute route, ReadOnlyMemory<byte> json)
    {
        var body = JsonObjectIndex.OfBody(json);
        var model = ModelNames.Read(body);

        // Zero fills the cache and generates nothing.
        var limit = body.WholeNumber("max_tokens", least: 0);
        var hasTools = body.Items("tools").Count > 0;
        var (providerTools, uses, maySearch) = (0, 0L, false);
        foreach (var tool in body.Objects("tools"))
        {
            if (tool.TextOrNull("type") is { } type && type != "custom")
            {
                providerTools++;
                maySearch |= type.StartsWith("web_search", StringComparison.Ordinal);
                uses += ClientTools.Any(prefix => type.StartsWith(prefix, StringComparison.Ordinal)) ? 0
                    : ServerTools.UsesOf(tool.WholeNumber("max_uses", least: 0));
            }
        }

        // Compaction is a further run of the model, with its own output.
        var others = body.Items("mcp_servers").Count + (body.Object("context_management")?.Objects("edits").Count(IsCompaction) ?? 0);
        uses = ServerTools.UsesOf(uses + ((long)others * ServerTools.AssumedUses));
        var input = InputBound.Of(json, AttachmentPaths, ReadAttachment) + RequestTokens
            + (hasTools ? ToolInstructionTokens : 0) + ((long)providerTools * ProviderToolTokens) + (uses * ServerTools.TokensOfUse);

        // The other tiers have the standard rates: what a commitment covers was paid for at them.
        var tier = body.Text("speed");
        return new(route, json, model, input, limit, Choices: 1, HasOutput: true, body.Flag("stream"), tier)
        {
            LeastOutputTokens = LeastOutputOf(body, limit),
            ServerToolUses = uses,
            MaySearch = maySearch,
        };
    }

    private static bool IsCompaction(JsonObjectIndex edit) => edit.TextOrNull("type")?.StartsWith("compact", StringComparison.Ordinal) == true;

    // The limit must exceed the thinking budget, except with interleaved thinking, whose budget is of all turns.
    private static long? LeastOutputOf(JsonObjectIndex body, long? limit) =>
        body.Object("thinking")?.WholeNumber("budget_tokens", least: 0) is { } budget ? Math.Min(budget + 1, limit ?? long.MaxValue) : null;

    private static Attachment? ReadAttachment(JsonObjectIndex block)
    {
        var type = block.TextOrNull("type");
        if (type is not ("image" or "document") || block.Object("source") is not { } source)
        {
            return null;
        }

        return (type, source.TextOrNull("type")) switch
        {
            (_, "text" or "content") => null,
            ("image", _) => new(ImageTokens, source.Find("data")),
            (_, "base64") when source.Find("data") is { } data => Attachment.Document(data),
            _ => new(Attachment.DocumentReference),
        };
    }
}
