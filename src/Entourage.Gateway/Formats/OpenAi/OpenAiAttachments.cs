using System.Text.Json;

namespace Entourage.Gateway.Formats.OpenAi;

/// <summary>Reads images, files and stored reasoning in requests of the OpenAI API.</summary>
/// <remarks>
/// An image counts 16,000 tokens: the 10,000 patches of the finest detail, at the 1.6 tokens of the small models. Models named <c>4o-mini</c> count
/// 50,000, since they count an image as 33 times what others do. A reasoning item without its encrypted content counts 4,000, because the provider
/// adds what it has stored. Files count as <see cref="Attachment"/> states.
/// </remarks>
internal static class OpenAiAttachments
{
    private const int ImageTokens = 16_000;
    private const int InflatedImageTokens = 50_000;
    private const int StoredReasoningTokens = 4_000;

    public static JsonPathTree<bool> Paths { get; } = new(
        ("messages/content", true),
        ("messages/audio", true),
        ("input", true),
        ("input/content", true),
        ("input/output", true));

    /// <summary>The most tokens that a model counts an image as.</summary>
    public static int ImageTokensOf(string model) => model.Contains("4o-mini", StringComparison.Ordinal) ? InflatedImageTokens : ImageTokens;

    public static Attachment? Read(JsonObjectIndex block, string model)
    {
        switch (block.TextOrNull("type"))
        {
            case "image_url":
                // Some servers accept the URL itself.
                return Image(block.Find("image_url") is { Type: JsonTokenType.String } url ? url : block.Object("image_url")?.Find("url"));
            case "input_image" or "computer_screenshot":
                return Image(block.Find("image_url"));
            case "image_generation_call":
                return Image(block.Find("result"));
            case "file" when block.Object("file") is { } file:
                return FileOf(file);
            case "input_file":
                return FileOf(block);
            case "reasoning" when !block.Has("encrypted_content"):
                return new(StoredReasoningTokens);
            case "input_audio":
                throw new UnreadableRequestException("Audio input is not supported, because the gateway cannot price it.");
            case null when block.Has("id") && !block.Has("role"):
                // An answer in audio that the provider has stored.
                return new(Attachment.DocumentReference);
            default:
                return null;
        }

        Attachment Image(JsonValue? payload) => new(ImageTokensOf(model), payload, DependsOnModel: true);
    }

    private static Attachment FileOf(JsonObjectIndex file) =>
        file.Find("file_data") is { } data && file.Has("file_data") ? Attachment.Document(data) : new(Attachment.DocumentReference);
}
