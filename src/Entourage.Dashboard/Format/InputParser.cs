using System.Globalization;
using Entourage.Application.Settings;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Dashboard.Format;

/// <summary>The result of parsing a visitor's input.</summary>
/// <param name="Value">The parsed value; the default for empty or invalid input.</param>
/// <param name="Error">A message for the visitor; null for valid input.</param>
internal readonly record struct ParsedInput<T>(T? Value, string? Error);

/// <summary>Parses the input of forms. The request's validator checks whether a value is allowed.</summary>
internal static class InputParser
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Parses an amount in dollars; null for empty input.</summary>
    public static ParsedInput<Money?> Usd(string text)
    {
        var trimmed = text.Trim().TrimStart('$');
        if (trimmed.Length == 0)
        {
            return new(null, null);
        }

        if (!decimal.TryParse(trimmed, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, Culture, out var usd))
        {
            return new(null, "Enter an amount in dollars, for example 12.50.");
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

    /// <summary>Parses a cap in dollars, and refuses what a request would refuse; null for empty input.</summary>
    public static ParsedInput<Money?> Cap(string text)
    {
        var parsed = Usd(text);
        return parsed.Value is { } usd && (usd < Money.Zero || usd > Money.LargestInput)
            ? new(null, $"Enter an amount between 0 and {Money.LargestInput} USD.")
            : parsed;
    }

    /// <summary>Parses a whole number; null for empty input.</summary>
    public static ParsedInput<long?> WholeNumber(string text)
    {
        var digits = text.Trim().Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return digits.Length == 0 ? new(null, null)
            : long.TryParse(digits, NumberStyles.AllowLeadingSign, Culture, out var number) ? new(number, null)
            : new(null, "Enter a whole number.");
    }

    /// <summary>Parses percentages into shares: <c>50, 80, 100</c> becomes 0.5, 0.8, 1. Empty input yields no shares.</summary>
    public static ParsedInput<IReadOnlyList<decimal>> Percents(string text)
    {
        List<decimal> shares = [];
        foreach (var part in text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!decimal.TryParse(part.TrimEnd('%'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, Culture, out var percent)
                || Math.Abs(percent) > 1_000_000)
            {
                return new(null, "Enter percentages, for example 50, 80, 100.");
            }

            shares.Add(percent / 100);
        }

        return new(shares, null);
    }

    /// <summary>Parses rules for cheaper models: <c>80% claude-opus-* claude-sonnet-5-5; 95% claude-* claude-haiku-5-5</c>. Empty input yields no rules.</summary>
    public static ParsedInput<IReadOnlyList<ModelFallbackRequest>> Fallbacks(string text)
    {
        List<ModelFallbackRequest> rules = [];
        foreach (var rule in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (rule.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var share, var from, var to]
                || Percents(share) is not { Error: null, Value: [var whenSpent] })
            {
                return new(null, "Enter a percentage and two models, for example 80% claude-opus-* claude-sonnet-5-5.");
            }

            rules.Add(new(whenSpent, from, to));
        }

        return new(rules, null);
    }

    /// <summary>Formats an amount for an input field.</summary>
    public static string Format(Money? amount) => amount?.ToString() ?? "";

    /// <summary>Formats a number for an input field.</summary>
    public static string Format(long? number) => number?.ToString(Culture) ?? "";

    /// <summary>Formats shares in percent for an input field.</summary>
    public static string Format(IEnumerable<decimal> shares) => string.Join(", ", shares.Select(share => (share * 100).ToString("0.##", Culture)));

    /// <summary>Formats rules for cheaper models for an input field.</summary>
    public static string Format(IEnumerable<ModelFallback> rules) =>
        string.Join("; ", rules.Select(rule => $"{Format([rule.WhenSpent])}% {rule.From} {rule.To}"));

    /// <summary>Replaces the quoted name at the start of an error message with "This", because the message is shown below the field's label.</summary>
    public static string MessageFor(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var end = message.StartsWith('\'') ? message.IndexOf('\'', 1) : -1;
        return end < 0 ? message : $"This{message[(end + 1)..]}";
    }
}
