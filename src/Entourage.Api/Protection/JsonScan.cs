using System.Buffers;
using System.Text.Json;

namespace Entourage.Api.Protection;

/// <summary>What a JSON body has too many of.</summary>
internal enum JsonExcess
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Values, the names of members counted.</summary>
    Values,

    /// <summary>Items of an array.</summary>
    Items,
}

/// <summary>Counts what is in a JSON body before anything is made of it, and without allocating anything.</summary>
internal static class JsonScan
{
    /// <summary>How deeply values may be nested.</summary>
    public const int MaxDepth = 64;

    /// <summary>An array at any depth.</summary>
    public const int AnyDepth = -1;

    private const int InterruptEvery = 65_536;

    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Looks for what there is too much of. It ends where the text is no JSON, as whatever reads it afterwards does.</summary>
    /// <param name="body">The body, or its beginning.</param>
    /// <param name="isWhole">Whether it is all of it.</param>
    /// <param name="mostValues">The most values.</param>
    /// <param name="mostItems">The most items of an array.</param>
    /// <param name="ofDepth">At which depth arrays are limited, the whole body being at 0.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static JsonExcess Find(
        ReadOnlySequence<byte> body, bool isWhole, int mostValues, int mostItems, int ofDepth, CancellationToken cancellationToken)
    {
        try
        {
            return Count(WithoutMark(body), isWhole, mostValues, mostItems, ofDepth, cancellationToken);
        }
        catch (JsonException)
        {
            return JsonExcess.None;
        }
    }

    private static JsonExcess Count(
        ReadOnlySequence<byte> body, bool isWhole, int mostValues, int mostItems, int ofDepth, CancellationToken cancellationToken)
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

            if (++values > mostValues)
            {
                return JsonExcess.Values;
            }

            if (values % InterruptEvery == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var depth = reader.CurrentDepth;
            if (depth > 0 && areArrays[depth - 1] && (ofDepth == AnyDepth || depth - 1 == ofDepth) && ++counts[depth - 1] > mostItems)
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

    // Readers of bodies skip the mark of UTF-8, which the tokenizer does not know.
    private static ReadOnlySequence<byte> WithoutMark(ReadOnlySequence<byte> body)
    {
        if (body.Length < Mark.Length)
        {
            return body;
        }

        Span<byte> first = stackalloc byte[Mark.Length];
        body.Slice(0, Mark.Length).CopyTo(first);
        return first.SequenceEqual(Mark) ? body.Slice(Mark.Length) : body;
    }
}
