using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Entourage.Api.Otlp.Wire;
using Google.Protobuf;

namespace Entourage.Api.Otlp;

/// <summary>Reads values of OTLP in JSON. A value that cannot be read counts as absent instead of throwing.</summary>
internal static class OtlpJsonValues
{
    private const NumberStyles AnyNotation = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    // The lengths of span and trace ids in bytes, and of a trace id in base64.
    private const int SpanIdLength = 8;
    private const int TraceIdLength = 16;
    private const int TraceIdBase64Length = 22;

    /// <summary>The value of an attribute; null if there is none, and an empty string if it cannot be read.</summary>
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

    /// <summary>The last member with a name; null if it is absent or null.</summary>
    public static JsonElement? Member(JsonElement parent, ReadOnlySpan<byte> name)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        // JsonElement.TryGetProperty would throw for a name that is not valid Unicode.
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

    /// <summary>A string; empty if absent, and invalid UTF-8 if it is not valid Unicode.</summary>
    public static ByteString Text(JsonElement parent, ReadOnlySpan<byte> name) => Member(parent, name) is { } text ? TextOf(text) : ByteString.Empty;

    private static ByteString TextOf(JsonElement text) =>
        text.ValueKind == JsonValueKind.String ? OtlpText.Unescape(JsonMarshal.GetRawUtf8Value(text)[1..^1]) : ByteString.Empty;

    // The digits, without quotes: a number may be written as a string.
    private static ReadOnlySpan<byte> DigitsOf(JsonElement number) => number.ValueKind switch
    {
        JsonValueKind.String => JsonMarshal.GetRawUtf8Value(number)[1..^1],
        JsonValueKind.Number => JsonMarshal.GetRawUtf8Value(number),
        _ => [],
    };

    /// <summary>An enum value, written as a number or as a name; 0 if it is neither.</summary>
    public static int EnumValue(JsonElement value, string[] names)
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

    /// <summary>A time in nanoseconds since 1970 (UTC); 0, which is "unknown" in OTLP, if absent.</summary>
    public static ulong Nanoseconds(JsonElement parent, ReadOnlySpan<byte> name) =>
        Member(parent, name) is { } time && WholeNumber(time) is >= 0 and <= ulong.MaxValue and var nanoseconds ? (ulong)nanoseconds : 0;

    /// <summary>A 64-bit integer in any notation; null if it is not one.</summary>
    public static long? Whole(JsonElement value) => WholeNumber(value) is >= long.MinValue and <= long.MaxValue and var whole ? (long)whole : null;

    // Protobuf's JSON allows integers in any notation, such as 1200.0 and 1.2e3, as numbers and as strings.
    private static decimal? WholeNumber(JsonElement value) =>
        decimal.TryParse(DigitsOf(value), AnyNotation, CultureInfo.InvariantCulture, out var number) && number == decimal.Truncate(number) ? number : null;

    /// <summary>A 64-bit floating-point number, which may be NaN or infinite; null if it cannot be read.</summary>
    public static double? Fraction(JsonElement value) =>
        double.TryParse(DigitsOf(value), AnyNotation, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The id of a span or a trace; empty if it is absent or cannot be read.</summary>
    public static ByteString Id(JsonElement parent, ReadOnlySpan<byte> name)
    {
        // OTLP uses hexadecimal, protobuf's JSON otherwise base64.
        var text = DigitsOf(Member(parent, name) ?? default);
        Span<byte> id = stackalloc byte[TraceIdLength];
        if (text.Length <= 2 * TraceIdLength && Convert.FromHexString(text, id, out _, out var length) == OperationStatus.Done)
        {
            return ByteString.CopyFrom(id[..length]);
        }

        Span<byte> alphabet = stackalloc byte[TraceIdBase64Length];
        if (text.TrimEnd((byte)'=') is { Length: > 0 and <= TraceIdBase64Length } plain)
        {
            plain.CopyTo(alphabet);
            alphabet[..plain.Length].Replace((byte)'+', (byte)'-');
            alphabet[..plain.Length].Replace((byte)'/', (byte)'_');
            if (Base64Url.IsValid(alphabet[..plain.Length], out length)
                && length is SpanIdLength or TraceIdLength
                && Base64Url.DecodeFromUtf8(alphabet[..plain.Length], id, out _, out _) == OperationStatus.Done)
            {
                return ByteString.CopyFrom(id[..length]);
            }
        }

        return ByteString.Empty;
    }
}
