using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Google.Protobuf;

namespace Entourage.Api.Otlp;

/// <summary>
/// Reads texts of exporters without an exception for one that is no Unicode: a program that cuts a text off after so many characters or bytes
/// leaves half of an emoji, in an attribute that nobody may need.
/// </summary>
internal static class OtlpText
{
    // No text in UTF-8 has this byte, so a text that has it is unreadable, as it has to be.
    private const byte Unreadable = 0xFF;
    private const int EscapeLength = 6;
    private const int MaxRuneLength = 4;

    /// <summary>A text from its UTF-8; null when it is none.</summary>
    public static string? Read(ReadOnlySpan<byte> utf8) => Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : null;

    /// <summary>Whether the name of a member in JSON is another name.</summary>
    /// <param name="json">What is between the quotes.</param>
    /// <param name="name">The other name.</param>
    public static bool Is(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        if (!json.Contains((byte)'\\'))
        {
            return json.SequenceEqual(name);
        }

        // Each byte of a name is one of the text, or an escape of six at most.
        return json.Length <= name.Length * EscapeLength && Unescape(json).Span.SequenceEqual(name);
    }

    /// <summary>A text of JSON as UTF-8, which is not valid where the text is none.</summary>
    /// <param name="json">What is between the quotes, as a reader of JSON has found it.</param>
    public static ByteString Unescape(ReadOnlySpan<byte> json)
    {
        if (!json.Contains((byte)'\\'))
        {
            return ByteString.CopyFrom(json);
        }

        // No escape is shorter than what it stands for.
        var rented = ArrayPool<byte>.Shared.Rent(json.Length);
        try
        {
            return ByteString.CopyFrom(rented.AsSpan(0, Unescape(json, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static int Unescape(ReadOnlySpan<byte> json, Span<byte> text)
    {
        var length = 0;
        while (json.IndexOf((byte)'\\') is >= 0 and var plain)
        {
            json[..plain].CopyTo(text[length..]);
            length += plain;
            json = json[plain..];
            if (json[1] == 'u')
            {
                json = json[ReadEscape(json, text, ref length)..];
            }
            else
            {
                text[length++] = json[1] switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    var itself => itself,
                };
                json = json[2..];
            }
        }

        json.CopyTo(text[length..]);
        return length + json.Length;
    }

    // One \uXXXX, or two that are one character.
    private static int ReadEscape(ReadOnlySpan<byte> json, Span<byte> text, ref int length)
    {
        var first = UnitOf(json);
        if (Rune.TryCreate(first, out var rune))
        {
            length += rune.EncodeToUtf8(text[length..]);
            return EscapeLength;
        }

        if (json[EscapeLength..] is [(byte)'\\', (byte)'u', ..] && Rune.TryCreate(first, UnitOf(json[EscapeLength..]), out rune))
        {
            length += rune.EncodeToUtf8(text.Slice(length, MaxRuneLength));
            return 2 * EscapeLength;
        }

        text[length++] = Unreadable;
        return EscapeLength;
    }

    private static char UnitOf(ReadOnlySpan<byte> escape) => (char)ushort.Parse(escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
