using System.Buffers.Text;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Entourage.Domain;

namespace Entourage.Application.Json;

/// <summary>Money as a JSON number of dollars: digit for digit, never through floating point (rule 8).</summary>
public sealed class MoneyJsonConverter : JsonConverter<Money>
{
    // With the seven digits that an amount may have before the point, a decimal still holds these.
    private const int MaxDecimals = 21;

    /// <inheritdoc/>
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new JsonException("An amount of dollars is a JSON number.");
        }

        // A decimal holds 28 digits and rounds what is beyond them, so digits past these are looked for in the text.
        if (!reader.TryGetDecimal(out var usd) || DecimalsOf(ref reader) > MaxDecimals)
        {
            throw new InvalidValueException($"An amount of dollars is from 0 to {Money.LargestInput} and has at most {Money.Decimals} decimals.");
        }

        try
        {
            return Money.FromUsd(usd);
        }
        catch (RuleViolationException violation)
        {
            throw new InvalidValueException(violation.Message);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) => writer.WriteNumberValue(value.ToUsd());

    /// <summary>The decimals that a number's text has after its last one that is not zero, its exponent reckoned in.</summary>
    private static long DecimalsOf(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> digits = reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan;
        var exponent = 0;
        var mark = digits.IndexOfAny((byte)'e', (byte)'E');
        if (mark >= 0)
        {
            var text = digits[(mark + 1)..];
            text = text[0] == '+' ? text[1..] : text;
            if (!Utf8Parser.TryParse(text, out exponent, out _))
            {
                return long.MaxValue;
            }

            digits = digits[..mark];
        }

        var last = digits.LastIndexOfAnyInRange((byte)'1', (byte)'9');
        if (last < 0)
        {
            return 0;
        }

        // Counted from the point, or from where it would stand; the digit before it is the zeroth.
        var point = digits.IndexOf((byte)'.');
        var place = point < 0 ? last - digits.Length + 1 : last > point ? last - point : last - point + 1;
        return place - (long)exponent;
    }
}

/// <summary>
/// Money that was spent, or may be, as a JSON number of dollars of any precision, rounded up to the nano-dollar: programs reckon it, and one that
/// is refused would be lost.
/// </summary>
public sealed class RoundedMoneyJsonConverter : JsonConverter<Money>
{
    // The least that a decimal can tell from nothing.
    private const decimal Least = 1e-28m;

    /// <inheritdoc/>
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new JsonException("An amount of dollars is a JSON number.");
        }

        ReadOnlySpan<byte> digits = reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan;
        if (!decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var usd) || Math.Abs(usd) > Money.LargestInput.ToUsd() + 1)
        {
            throw new InvalidValueException($"An amount of dollars is from 0 to {Money.LargestInput}.");
        }

        if (usd == 0 && digits[..MarkOf(digits)].ContainsAnyInRange((byte)'1', (byte)'9'))
        {
            usd = digits[0] == '-' ? -Least : Least;
        }

        return Money.RoundUp(usd);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) => writer.WriteNumberValue(value.ToUsd());

    private static int MarkOf(ReadOnlySpan<byte> digits) => digits.IndexOfAny((byte)'e', (byte)'E') is >= 0 and var mark ? mark : digits.Length;
}

/// <summary>Totals as a JSON number of dollars: digit for digit, however large. They are only read back from what was stored.</summary>
public sealed class MoneyTotalJsonConverter : JsonConverter<MoneyTotal>
{
    /// <inheritdoc/>
    public override MoneyTotal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType != JsonTokenType.Number ? ""
            : Encoding.UTF8.GetString(reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan);
        return MoneyTotal.TryParse(text, out var total) ? total : throw new JsonException("A total of dollars is a JSON number with at most 9 decimals.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MoneyTotal value, JsonSerializerOptions options)
    {
        if (value.FitsDecimal)
        {
            writer.WriteNumberValue(value.ToUsd());
        }
        else
        {
            writer.WriteRawValue(value.ToString());
        }
    }
}

/// <summary>Counts and ids as whole JSON numbers; <c>2500.0</c> is one, <c>2500.5</c> and <c>1e400</c> are not allowed.</summary>
public sealed class WholeNumberJsonConverter : JsonConverter<long>
{
    /// <inheritdoc/>
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new JsonException("A JSON number is expected.");
        }

        if (reader.TryGetInt64(out var value))
        {
            return value;
        }

        return reader.TryGetDecimal(out var number) && number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : throw new InvalidValueException("A whole number is expected, of at most 63 bits.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>Instants as ISO 8601 in UTC: <c>2026-11-23T10:15:00Z</c>, with a fraction only where there is one.</summary>
public sealed class UtcJsonConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("A time is a JSON string.");
        }

        // Without an offset a time would silently be this machine's.
        var text = reader.GetString()!;
        return HasOffset(text) && reader.TryGetDateTimeOffset(out var instant)
            ? instant.ToUniversalTime()
            : throw new InvalidValueException("A time is written like 2026-11-23T10:15:00Z, its offset included.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[40];
        _ = Encoding.UTF8.TryGetBytes(TextOf(value), text, out var length);
        writer.WriteStringValue(text[..length]);
    }

    /// <summary>An instant as the API writes it.</summary>
    public static string TextOf(DateTimeOffset value) =>
        value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);

    /// <summary>Whether an ISO 8601 text says its offset from UTC.</summary>
    public static bool HasOffset(string text) =>
        text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text.Contains('T', StringComparison.Ordinal));
}

/// <summary>Enum members by their <c>snake_case</c> names; numbers are refused.</summary>
public sealed class EnumNameJsonConverterFactory : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert)
    {
        ArgumentNullException.ThrowIfNull(typeToConvert);
        return typeToConvert.IsEnum;
    }

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(EnumNameJsonConverter<>).MakeGenericType(typeToConvert))!;
}

/// <summary>Members of one enum by their <c>snake_case</c> names.</summary>
/// <typeparam name="T">The enum.</typeparam>
public sealed class EnumNameJsonConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("A JSON string is expected.");
        }

        return EnumNames.TryParse<T>(reader.GetString()!, out var value)
            ? value
            : throw new InvalidValueException($"One of {EnumNames.List<T>()} is expected.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(EnumNames.Of(value));
}

/// <summary>The names that enum members have outside this process.</summary>
public static class EnumNames
{
    /// <summary>A member's name: <c>in_progress</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    /// <summary>The member with a name, if there is one.</summary>
    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum => Names<T>.ByName.TryGetValue(name, out value);

    /// <summary>All names, for a message.</summary>
    public static string List<T>()
        where T : struct, Enum => string.Join(", ", Names<T>.ByName.Keys);

    /// <summary>All names of an enum that is known only at run time.</summary>
    public static IEnumerable<string> List(Type type) =>
        Enum.GetNames(type).Select(member => NameOf(type, member));

    private static string NameOf(Type type, string member) =>
        type.GetField(member)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
        ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(member);

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue =
            Enum.GetValues<T>().ToDictionary(value => value, value => NameOf(typeof(T), value.ToString()));

        public static readonly Dictionary<string, T> ByName = ByValue.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
    }
}
