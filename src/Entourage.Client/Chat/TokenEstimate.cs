using System.Text;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Chat;

/// <summary>Estimates token counts without the model's tokenizer, too high rather than too low.</summary>
internal static class TokenEstimate
{
    // Prose has about four bytes per token. Code and other alphabets have fewer.
    private const int BytesPerToken = 3;

    // The overhead of a message, and an image at the size to which providers scale it.
    private const long PerMessage = 8;
    private const long PerImage = 2_000;

    public static long OfInput(IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        messages.Sum(message => PerMessage + message.Contents.Sum(Of))
        + Of(options?.Instructions)
        + (options?.Tools?.Sum(tool => PerMessage + Of(tool.Name) + Of(tool.Description) + Of((tool as AIFunctionDeclaration)?.JsonSchema.GetRawText())) ?? 0);

    public static long OfOutput(IEnumerable<ChatMessage> messages) => messages.Sum(message => message.Contents.Sum(Of));

    public static long Of(string? text) => text is null ? 0 : (Encoding.UTF8.GetByteCount(text) + BytesPerToken - 1) / BytesPerToken;

    private static long Of(AIContent content) => content switch
    {
        TextContent text => Of(text.Text),
        TextReasoningContent reasoning => Of(reasoning.Text),
        FunctionCallContent call => Of(call.Name) + (call.Arguments?.Sum(argument => Of(argument.Key) + Of(argument.Value?.ToString())) ?? 0),
        FunctionResultContent result => Of(result.Result?.ToString()),
        DataContent data when data.HasTopLevelMediaType("image") => PerImage,
        DataContent data => data.Data.Length / BytesPerToken,
        UriContent => PerImage,
        _ => 0,
    };
}
