using System.Buffers;
using System.Text.Json;
using Entourage.Api.Errors;

namespace Entourage.Api.Protection;

/// <summary>The limit that a JSON body exceeds.</summary>
internal enum JsonExcess
{
    /// <summary>None.</summary>
    None,

    /// <summary>The number of values, including member names.</summary>
    Values,

    /// <summary>The number of items in an array.</summary>
    Items,
}

/// <summary>Counts the values of a JSON body before it is parsed, without allocating.</summary>
internal static class JsonScan
{
    /// <summary>The maximum nesting depth.</summary>
    public const int MaxDepth = 64;

    /// <summary>Limits arrays at any depth.</summary>
    public const int AnyDepth = -1;

    private const int CancellationInterval = 65_536;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Finds the first limit that a body exceeds. Stops where the text is not JSON, and leaves that error to the parser.</summary>
    /// <param name="body">The body, or its beginning.</param>
    /// <param name="isWhole">Whether this is the whole body.</param>
    /// <param name="maxValues">The maximum number of values.</param>
    /// <param name="maxItems">The maximum number of items in an array.</param>
    /// <param name="arrayDepth">The depth at which arrays are limited. The body itself has depth 0.</param>
    /// <param name="cancellationToken">Cancels the scan.</param>
    public static JsonExcess Find(
        ReadOnlySequence<byte> body, bool isWhole, int maxValues, int maxItems, int arrayDepth, CancellationToken cancellationToken)
    {
        try
        {
            return Count(WithoutByteOrderMark(body), isWhole, maxValues, maxItems, arrayDepth, cancellationToken);
        }
        catch (JsonException)
        {
            return JsonExcess.None;
        }
    }

    /// <summary>Refuses a body that has too many values, or too many items in an array.</summary>
    /// <exception cref="BodyLimitException">The body exceeds the limit.</exception>
    public static void CheckValues(ReadOnlySequence<byte> body, bool isWhole, int maxValues, CancellationToken cancellationToken)
    {
        if (Find(body, isWhole, maxValues, maxValues, AnyDepth, cancellationToken) != JsonExcess.None)
        {
            throw new BodyLimitException($"The body has more than {maxValues:N0} values (Limits:JsonValues). Split it into several requests.");
        }
    }

    private static JsonExcess Count(
        ReadOnlySequence<byte> body, bool isWhole, int maxValues, int maxItems, int arrayDepth, CancellationToken cancellationToken)
    {
        Span<int> counts = stackalloc int[MaxDepth + 2];
        Span<bool> areArrays = stackalloc bool[MaxDepth + 2];
        var reader = new Utf8JsonReader(body, isWhole, new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxDepth }));
        for (var values = 0; reader.Read();)
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                continue;
            }

            if (++values > maxValues)
            {
                return JsonExcess.Values;
            }

            if (values % CancellationInterval == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var depth = reader.CurrentDepth;
            if (depth > 0 && areArrays[depth - 1] && (arrayDepth == AnyDepth || depth - 1 == arrayDepth) && ++counts[depth - 1] > maxItems)
            {
                return JsonExcess.Items;
            }

            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                (areArrays[depth], counts[depth]) = (reader.TokenType == JsonTokenType.StartArray, 0);
            }
        }

        return JsonExcess.None;
    }

    // The framework skips the byte order mark of UTF-8, but the tokenizer does not.
    private static ReadOnlySequence<byte> WithoutByteOrderMark(ReadOnlySequence<byte> body)
    {
        if (body.Length < ByteOrderMark.Length)
        {
            return body;
        }

        Span<byte> first = stackalloc byte[ByteOrderMark.Length];
        body.Slice(0, ByteOrderMark.Length).CopyTo(first);
        return first.SequenceEqual(ByteOrderMark) ? body.Slice(ByteOrderMark.Length) : body;
    }
}
