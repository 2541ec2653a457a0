using System.Globalization;
using Entourage.Domain;

namespace Entourage.Dashboard.Format;

/// <summary>What somebody typed: what it means, or why it means nothing.</summary>
/// <typeparam name="T">What it is to mean.</typeparam>
/// <param name="Value">What it means; the default where it is empty or means nothing.</param>
/// <param name="Error">Why it means nothing; null where it does.</param>
public readonly record struct InputParser<T>(T? Value, string? Error);

/// <summary>Reads what people type. Whether it is allowed is for the request to say.</summary>
public static class InputParser
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>An amount of dollars; nothing typed is none.</summary>
    public static InputParser<Money?> Usd(string text)
    {
        var trimmed = text.Trim().TrimStart('$');
        if (trimmed.Length == 0)
        {
            return new(null, null);
        }

        if (!decimal.TryParse(trimmed, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, Culture, out var usd))
        {
            return new(null, "An amount of dollars is expected, like 12.50.");
        }

        try
        {
            return new(Money.FromUsd(usd), null);
        }
        catch (RuleViolationException violation)
        {
            return new(null, violation.Message);
        }
    }

    /// <summary>A whole number; nothing typed is none.</summary>
    public static InputParser<long?> Whole(string text)
    {
        var digits = text.Trim().Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return digits.Length == 0 ? new(null, null)
            : long.TryParse(digits, NumberStyles.AllowLeadingSign, Culture, out var number) ? new(number, null)
            : new(null, "A whole number is expected.");
    }

    /// <summary>Shares, typed in percent: <c>50, 80, 100</c>; nothing typed is none.</summary>
    public static InputParser<IReadOnlyList<decimal>> Percents(string text)
    {
        List<decimal> shares = [];
        foreach (var part in text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!decimal.TryParse(part.TrimEnd('%'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, Culture, out var percent)
                || Math.Abs(percent) > 1_000_000)
            {
                return new(null, "Percentages are expected, like 50, 80, 100.");
            }

            shares.Add(percent / 100);
        }

        return new(shares, null);
    }

    /// <summary>An amount as it would be typed.</summary>
    public static string Text(Money? amount) => amount?.ToString() ?? "";

    /// <summary>A number as it would be typed.</summary>
    public static string Text(long? number) => number?.ToString(Culture) ?? "";

    /// <summary>Shares as they would be typed, in percent.</summary>
    public static string Text(IEnumerable<decimal> shares) => string.Join(", ", shares.Select(share => (share * 100).ToString("0.##", Culture)));

    /// <summary>What is wrong with a field, to be read beside it: its name stands there already.</summary>
    public static string Beside(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var end = message.StartsWith('\'') ? message.IndexOf('\'', 1) : -1;
        return end < 0 ? message : $"This{message[(end + 1)..]}";
    }
}
