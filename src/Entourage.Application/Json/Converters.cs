using System.Buffers.Text;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Json;

/// <summary>Converts money to and from a JSON number of dollars, digit for digit and without floating point (rule 8).</summary>
internal sealed class MoneyJsonConverter : JsonConverter<Money>
{
    // Together with the seven digits that an amount may have before the point, these still fit a decimal.
    private const int MaxDecimals = 21;

    /// <inheritdoc/>
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new JsonException("An amount must be a JSON number of dollars.");
        }

        // A decimal holds 28 digits and rounds the rest, so decimals beyond these are detected in the text.
        if (!reader.TryGetDecimal(out var usd) || DecimalsOf(ref reader) > MaxDecimals)
        {
            throw new InvalidValueException($"An amount must be between 0 and {Money.LargestInput} USD with at most {Money.Decimals} decimals.");
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

    /// <summary>Counts the decimals of a number up to its last non-zero digit, including the effect of its exponent.</summary>
    private static long DecimalsOf(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> digits = reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan;
        var exponent = 0;
        var exponentMark = digits.IndexOfAny((byte)'e', (byte)'E');
        if (exponentMark >= 0)
        {
            var text = digits[(exponentMark + 1)..];
            text = text[0] == '+' ? text[1..] : text;
            if (!Utf8Parser.TryParse(text, out exponent, out _))
            {
                return long.MaxValue;
            }

            digits = digits[..exponentMark];
        }

        var last = digits.LastIndexOfAnyInRange((byte)'1', (byte)'9');
        if (last < 0)
        {
            return 0;
        }

        // Counted from the decimal point, explicit or implied. The digit before the point has place 0.
        var point = digits.IndexOf((byte)'.');
        var place = point < 0 ? last - digits.Length + 1 : last > point ? last - point : last - point + 1;
        return place - (long)exponent;
    }
}

/// <summary>
/// Converts spent or reserved money from a JSON number of dollars of any precision, rounded up to the nano-dollar. Programs compute such amounts, and
/// rejecting one would lose the record of money that was spent.
/// </summary>
public sealed class RoundedMoneyJsonConverter : JsonConverter<Money>
{
    // The smallest positive decimal.
    private const decimal Least = 1e-28m;

    /// <inheritdoc/>
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new JsonException("An amount must be a JSON number of dollars.");
        }

        ReadOnlySpan<byte> digits = reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan;
        if (!decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var usd) || Math.Abs(usd) > Money.LargestInput.ToUsd() + 1)
        {
            throw new InvalidValueException($"An amount must be between 0 and {Money.LargestInput} USD.");
        }

        if (usd == 0 && digits[..ExponentStartOf(digits)].ContainsAnyInRange((byte)'1', (byte)'9'))
        {
            usd = digits[0] == '-' ? -Least : Least;
        }

        return Money.RoundUp(usd);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) => writer.WriteNumberValue(value.ToUsd());

    private static int ExponentStartOf(ReadOnlySpan<byte> digits) => digits.IndexOfAny((byte)'e', (byte)'E') is >= 0 and var start ? start : digits.Length;
}

/// <summary>
/// Converts totals to and from a JSON number of dollars, digit for digit and of any size. Totals are only read back from the store.
/// </summary>
internal sealed class MoneyTotalJsonConverter : JsonConverter<MoneyTotal>
{
    /// <inheritdoc/>
    public override MoneyTotal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType != JsonTokenType.Number ? ""
            : Encoding.UTF8.GetString(reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan);
        return MoneyTotal.TryParse(text, out var total) ? total : throw new JsonException("A total must be a JSON number of dollars with at most 9 decimals.");
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

/// <summary>Converts counts and ids to and from whole JSON numbers. <c>2500.0</c> is accepted, <c>2500.5</c> and <c>1e400</c> are not.</summary>
internal sealed class WholeNumberJsonConverter : JsonConverter<long>
{
    /// <inheritdoc/>
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new JsonException("The value must be a JSON number.");
        }

        if (reader.TryGetInt64(out var value))
        {
            return value;
        }

        return reader.TryGetDecimal(out var number) && number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : throw new InvalidValueException("The value must be a whole number of at most 63 bits.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>
/// Converts instants to and from ISO 8601 in UTC, such as <c>2026-11-23T10:15:00Z</c>. A fraction of a second is written only if there is one.
/// </summary>
public sealed class UtcJsonConverter : JsonConverter<DateTimeOffset>
{
    private const int RoundTripLength = 28; // 2026-11-23T10:15:00.0000000Z

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("A time must be a JSON string.");
        }

        // Without an offset the time would silently be taken as local time of this machine.
        var text = reader.GetString()!;
        return HasOffset(text) && reader.TryGetDateTimeOffset(out var instant)
            ? instant.ToUniversalTime()
            : throw new InvalidValueException("A time must include its offset from UTC, as in 2026-11-23T10:15:00Z.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        // The round-trip format always has seven decimals. It is much faster than a custom format.
        Span<byte> text = stackalloc byte[RoundTripLength];
        _ = value.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        var decimals = text[..^1].TrimEnd((byte)'0').TrimEnd((byte)'.').Length;
        text[decimals] = (byte)'Z';
        writer.WriteStringValue(text[..(decimals + 1)]);
    }

    /// <summary>Formats an instant as the API writes it.</summary>
    public static string TextOf(DateTimeOffset value) =>
        value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);

    /// <summary>Whether an ISO 8601 text includes its offset from UTC.</summary>
    public static bool HasOffset(string text) =>
        text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text.Contains('T', StringComparison.Ordinal));
}

/// <summary>Converts enum members to and from their <c>snake_case</c> names. Numbers are rejected.</summary>
internal sealed class EnumNameJsonConverterFactory : JsonConverterFactory
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

/// <summary>Converts members of one enum to and from their <c>snake_case</c> names.</summary>
/// <typeparam name="T">The enum.</typeparam>
internal sealed class EnumNameJsonConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("The value must be a JSON string.");
        }

        return EnumNames.TryParse<T>(reader.GetString()!, out var value)
            ? value
            : throw new InvalidValueException($"The value must be one of {EnumNames.List<T>()}.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(EnumNames.Of(value));
}

/// <summary>The external names of enum members.</summary>
public static class EnumNames
{
    // Names that are read but never written.
    private static readonly Dictionary<string, Enum> OtherNames = new(StringComparer.Ordinal) { ["org"] = BudgetScope.Organisation };

    /// <summary>Returns the name of a member, such as <c>in_progress</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    /// <summary>Finds the member with a name.</summary>
    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum => Names<T>.ByName.TryGetValue(name, out value);

    /// <summary>Lists all names, for a message.</summary>
    public static string List<T>()
        where T : struct, Enum => string.Join(", ", Names<T>.ByValue.Values);

    /// <summary>Lists all names of an enum type.</summary>
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

        public static readonly Dictionary<string, T> ByName = ByValue.Select(pair => (Name: pair.Value, Value: pair.Key))
            .Concat(OtherNames.Where(other => other.Value is T).Select(other => (Name: other.Key, Value: (T)other.Value)))
            .ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
    }
}
