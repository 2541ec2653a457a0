using System.Text.Json;

namespace Entourage.Gateway.Formats;

/// <summary>An image, a document or another attachment of a request.</summary>
/// <param name="Tokens">The most tokens that it costs.</param>
/// <param name="Payload">Its encoded bytes, which are not text; null if it is only referred to.</param>
/// <param name="DependsOnModel">Whether models count it as different numbers of tokens.</param>
internal readonly record struct Attachment(long Tokens, JsonValue? Payload = null, bool DependsOnModel = false)
{
    /// <summary>A document (PDF) or file that only a URL or an id names: an assumption of about 50 dense pages, since its size is unknown.</summary>
    public const long DocumentReference = 200_000;

    private const long LeastDocument = 10_000;
    private const long LargestDocument = 1_000_000;

    /// <summary>
    /// A document or a video in the request: one token for each byte of its encoded form, 10,000 at least and 1,000,000 at most. A dense page of a
    /// PDF that has no images takes about 3 KB in base64 and costs about 3,000 tokens as text and image.
    /// </summary>
    public static Attachment Document(JsonValue payload) => new(Math.Clamp(payload.Length, LeastDocument, LargestDocument), payload);
}

/// <summary>
/// Estimates the most input tokens of a request from its body. Every lower-case ASCII letter and space counts half a token, every other byte of a
/// name, string or number a whole one, and every value and member one more for what frames it. Attachments count as their format states.
/// </summary>
/// <remarks>
/// Natural language and code in UTF-8 have 2 to 5 bytes a token, so the estimate is about twice what they cost. Base64, hexadecimal text, digits,
/// Chinese, Thai and emoji were measured below it as well, with the tokenizers o200k, cl100k and Claude's. A tokenizer never makes more than one
/// token of a byte, so a text that is composed to defeat the estimate, such as random lower-case letters, costs at most twice of it.
/// </remarks>
internal static class InputBound
{
    private static readonly byte[] HalfTokens = [.. Enumerable.Range(0, 256).Select(value => (byte)(value is ' ' or (>= 'a' and <= 'z') ? 1 : 2))];

    /// <summary>Estimates the most input tokens of a body.</summary>
    /// <param name="body">The body, which is valid JSON.</param>
    /// <param name="attachmentPaths">The paths of the objects that may be attachments.</param>
    /// <param name="readAttachment">Reads such an object; null if it is text after all.</param>
    /// <exception cref="UnreadableRequestException">Such an object is ambiguous.</exception>
    public static long Of(ReadOnlyMemory<byte> body, JsonPathTree<bool> attachmentPaths, Func<JsonObjectIndex, Attachment?> readAttachment)
    {
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = JsonObjectIndex.MaxDepth });
        var paths = new JsonPathTree<bool>?[JsonObjectIndex.MaxDepth + 1];
        Span<bool> areArrays = stackalloc bool[JsonObjectIndex.MaxDepth + 1];
        var (halves, attachments, payload) = (0L, 0L, -1L);
        JsonPathTree<bool>? member = null;
        while (reader.Read())
        {
            var depth = reader.CurrentDepth;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    var own = depth == 0 ? attachmentPaths : areArrays[depth - 1] ? paths[depth - 1] : member;
                    (paths[depth], areArrays[depth]) = (own, reader.TokenType == JsonTokenType.StartArray);
                    halves += 2;
                    if (own is { Field: true } && reader.TokenType == JsonTokenType.StartObject
                        && readAttachment(UnambiguousAt(body, (int)reader.TokenStartIndex)) is { } attachment)
                    {
                        attachments += attachment.Tokens;
                        payload = attachment.Payload?.Start ?? payload;
                    }

                    break;
                case JsonTokenType.PropertyName:
                    member = paths[depth - 1]?.Find(ref reader);
                    halves += Weigh(reader.ValueSpan) + 2;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    break;
                case JsonTokenType.String when reader.TokenStartIndex == payload:
                    break;
                default:
                    halves += Weigh(reader.ValueSpan) + 2;
                    break;
            }
        }

        return ((halves + 1) / 2) + attachments;
    }

    private static JsonObjectIndex UnambiguousAt(ReadOnlyMemory<byte> body, int start) =>
        JsonObjectIndex.At(body, start) is { IsUnambiguous: true } index ? index
            : throw new UnreadableRequestException("The body contains a message part that has two members with the same name, or too many members.");

    private static long Weigh(ReadOnlySpan<byte> text)
    {
        var sum = 0L;
        var weights = HalfTokens;
        foreach (var value in text)
        {
            sum += weights[value];
        }

        return sum;
    }
}
