using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Entourage.Api.Otlp.Wire;
using Google.Protobuf;

namespace Entourage.Api.Otlp;

/// <summary>Reads values of the protocol's JSON. One that cannot be read is no value, and nothing throws for it.</summary>
internal static class OtlpJsonValues
{
    private const NumberStyles AnyNotation = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    // Of a span and of a trace, in bytes; and the latter in base64.
    private const int ShortestId = 8;
    private const int MaxIdLength = 16;
    private const int MaxBase64 = 22;

    /// <summary>The first value that an attribute has; null for none, and a text that says nothing where it cannot be read.</summary>
    public static Value? ToValue(JsonElement value)
    {
        if (Member(value, "stringValue"u8) is { } text)
        {
            return new() { Text = TextOf(text) };
        }

        if (Member(value, "intValue"u8) is { } asInt)
        {
            return Whole(asInt) is { } whole ? new() { Whole = whole } : Unreadable();
        }

        if (Member(value, "doubleValue"u8) is { } asDouble)
        {
            return Fraction(asDouble) is { } fraction ? new() { Fraction = fraction } : Unreadable();
        }

        return Member(value, "boolValue"u8) is not { } truth ? null
            : truth.ValueKind is JsonValueKind.True or JsonValueKind.False ? new() { Truth = truth.ValueKind == JsonValueKind.True }
            : Unreadable();
    }

    private static Value Unreadable() => new() { Text = ByteString.Empty };

    /// <summary>The last member of a name; null where there is none, or it is null.</summary>
    public static JsonElement? Member(JsonElement parent, ReadOnlySpan<byte> name)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        // The document's own search would throw for a name that is no Unicode.
        JsonElement? found = null;
        foreach (var member in parent.EnumerateObject())
        {
            if (OtlpText.Is(JsonMarshal.GetRawUtf8PropertyName(member), name))
            {
                found = member.Value;
            }
        }

        return found is { ValueKind: JsonValueKind.Null } ? null : found;
    }

    /// <summary>A text; empty where there is none, and not valid UTF-8 where it is none.</summary>
    public static ByteString Text(JsonElement parent, ReadOnlySpan<byte> name) => Member(parent, name) is { } text ? TextOf(text) : ByteString.Empty;

    private static ByteString TextOf(JsonElement text) =>
        text.ValueKind == JsonValueKind.String ? OtlpText.Unescape(JsonMarshal.GetRawUtf8Value(text)[1..^1]) : ByteString.Empty;

    // What is between the quotes, where there are any: a number may be written as a text.
    private static ReadOnlySpan<byte> DigitsOf(JsonElement number) => number.ValueKind switch
    {
        JsonValueKind.String => JsonMarshal.GetRawUtf8Value(number)[1..^1],
        JsonValueKind.Number => JsonMarshal.GetRawUtf8Value(number),
        _ => [],
    };

    /// <summary>The number of a value of an enumeration, which may be its name; 0 where it is neither.</summary>
    public static int Enumerated(JsonElement value, string[] names)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            var name = OtlpText.Read(TextOf(value).Span);
            if (Array.FindIndex(names, known => known == name) is >= 0 and var number)
            {
                return number;
            }
        }

        return Whole(value) is >= 0 and <= int.MaxValue and var whole ? (int)whole : 0;
    }

    /// <summary>A time in nanoseconds since 1970 (UTC); 0, as the protocol says that nobody knows, where there is none.</summary>
    public static ulong Nanoseconds(JsonElement parent, ReadOnlySpan<byte> name) =>
        Member(parent, name) is { } time && WholeNumber(time) is >= 0 and <= ulong.MaxValue and var nanoseconds ? (ulong)nanoseconds : 0;

    /// <summary>A whole number of 64 bits, in any notation; null where it is none.</summary>
    public static long? Whole(JsonElement value) => WholeNumber(value) is >= long.MinValue and <= long.MaxValue and var whole ? (long)whole : null;

    // Protobuf's JSON has whole numbers in any notation, such as 1200.0 and 1.2e3, as numbers and as texts.
    private static decimal? WholeNumber(JsonElement value) =>
        decimal.TryParse(DigitsOf(value), AnyNotation, CultureInfo.InvariantCulture, out var number) && number == decimal.Truncate(number) ? number : null;

    // Beside numbers there are the texts NaN, Infinity and -Infinity.
    /// <summary>A number of 64 bits, which may be none or infinite; null where it cannot be read.</summary>
    public static double? Fraction(JsonElement value) =>
        double.TryParse(DigitsOf(value), AnyNotation, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The id of a span or a trace; empty where there is none, or it cannot be read.</summary>
    public static ByteString Id(JsonElement parent, ReadOnlySpan<byte> name)
    {
        // In hexadecimal, as the protocol has it, or in base64, as protobuf's JSON has bytes elsewhere.
        var text = DigitsOf(Member(parent, name) ?? default);
        Span<byte> id = stackalloc byte[MaxIdLength];
        if (text.Length <= 2 * MaxIdLength && Convert.FromHexString(text, id, out _, out var length) == OperationStatus.Done)
        {
            return ByteString.CopyFrom(id[..length]);
        }

        Span<byte> alphabet = stackalloc byte[MaxBase64];
        if (text.TrimEnd((byte)'=') is { Length: > 0 and <= MaxBase64 } plain)
        {
            plain.CopyTo(alphabet);
            alphabet[..plain.Length].Replace((byte)'+', (byte)'-');
            alphabet[..plain.Length].Replace((byte)'/', (byte)'_');
            if (Base64Url.IsValid(alphabet[..plain.Length], out length)
                && length is ShortestId or MaxIdLength
                && Base64Url.DecodeFromUtf8(alphabet[..plain.Length], id, out _, out _) == OperationStatus.Done)
            {
                return ByteString.CopyFrom(id[..length]);
            }
        }

        return ByteString.Empty;
    }
}
