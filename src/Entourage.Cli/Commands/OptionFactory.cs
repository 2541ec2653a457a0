using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Creates options for amounts, limits and durations.</summary>
internal static class OptionFactory
{
    /// <summary>Creates an option for a limit in dollars, or <c>none</c>.</summary>
    public static Option<Limit> Limit(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "USD|none",
        CustomParser = result => result.Tokens[0].Value.Equals("none", StringComparison.OrdinalIgnoreCase)
            ? Client.Contracts.Limit.None
            : ParseUsd(result) is { } usd ? usd : default(Limit),
    };

    /// <summary>Creates an option for an amount in dollars.</summary>
    public static Option<decimal?> Usd(string name, string description) => new(name) { Description = description, HelpName = "USD", CustomParser = ParseUsd };

    /// <summary>Creates an option for a duration: <c>90s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c>, or a number of seconds.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "10s|5m|2h|1d",
        CustomParser = result => ParseDuration(result.Tokens[0].Value) is { } time ? time : AddError<TimeSpan?>(result, "is not a duration such as 10s, 5m, 2h or 1d"),
    };

    /// <summary>Parses a duration and returns null if it is invalid.</summary>
    public static TimeSpan? ParseDuration(string text)
    {
        var unit = text.Length == 0 ? '\0' : char.ToLowerInvariant(text[^1]);
        var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, _ => 0 };
        return decimal.TryParse(seconds == 0 ? text : text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000
            ? TimeSpan.FromTicks((long)(number * Math.Max(seconds, 1) * TimeSpan.TicksPerSecond))
            : null;
    }

    private static decimal? ParseUsd(ArgumentResult result)
    {
        var text = result.Tokens[0].Value.TrimStart('$');
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd)
            ? usd
            : AddError<decimal?>(result, "is not an amount in dollars");
    }

    private static T? AddError<T>(ArgumentResult result, string error)
    {
        result.AddError($"'{result.Tokens[0].Value}' {error}.");
        return default;
    }
}
