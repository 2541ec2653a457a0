using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Google.Protobuf;

namespace Entourage.Api.Otlp;

/// <summary>
/// Reads strings from exporters without exceptions for invalid Unicode. A program that truncates a string may leave half of an emoji, often in
/// an attribute that does not matter.
/// </summary>
internal static class OtlpText
{
    // This byte never occurs in UTF-8, so it makes a string invalid.
    private const byte Unreadable = 0xFF;
    private const int EscapeLength = 6;
    private const int MaxRuneLength = 4;

    /// <summary>Decodes UTF-8; null if it is not valid.</summary>
    public static string? Read(ReadOnlySpan<byte> utf8) => Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : null;

    /// <summary>Whether a JSON string equals a name.</summary>
    /// <param name="json">The JSON text between the quotes.</param>
    /// <param name="name">The name in UTF-8.</param>
    public static bool Is(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        if (!json.Contains((byte)'\\'))
        {
            return json.SequenceEqual(name);
        }

        // Each byte of the name takes at most the six bytes of an escape.
        return json.Length <= name.Length * EscapeLength && Unescape(json).Span.SequenceEqual(name);
    }

    /// <summary>Converts a JSON string to UTF-8, which is invalid if the string is not valid Unicode.</summary>
    /// <param name="json">The JSON text between the quotes.</param>
    public static ByteString Unescape(ReadOnlySpan<byte> json)
    {
        if (!json.Contains((byte)'\\'))
        {
            return ByteString.CopyFrom(json);
        }

        // The result is never longer, because an escape is never shorter than its character.
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

    // Reads one \uXXXX, or two that form a surrogate pair.
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
