using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Options of more than a word.</summary>
internal static class Values
{
    /// <summary>A limit in dollars, or <c>none</c>.</summary>
    public static Option<Limit> Limit(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "USD|none",
        CustomParser = result => result.Tokens[0].Value.Equals("none", StringComparison.OrdinalIgnoreCase)
            ? Client.Contracts.Limit.None
            : Money(result) is { } usd ? usd : default(Limit),
    };

    /// <summary>An amount of dollars.</summary>
    public static Option<decimal?> Usd(string name, string description) => new(name) { Description = description, HelpName = "USD", CustomParser = Money };

    /// <summary>A length of time: <c>90s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c>; a number alone is seconds.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "10s|5m|2h|1d",
        CustomParser = result => Time(result.Tokens[0].Value) is { } time ? time : Wrong<TimeSpan?>(result, "is no length of time: 10s, 5m, 2h or 1d"),
    };

    /// <summary>Reads a length of time; null where it is none.</summary>
    public static TimeSpan? Time(string text)
    {
        var unit = text.Length == 0 ? '\0' : char.ToLowerInvariant(text[^1]);
        var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, _ => 0 };
        return decimal.TryParse(seconds == 0 ? text : text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000
            ? TimeSpan.FromTicks((long)(number * Math.Max(seconds, 1) * TimeSpan.TicksPerSecond))
            : null;
    }

    private static decimal? Money(ArgumentResult result)
    {
        var text = result.Tokens[0].Value.TrimStart('$');
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd)
            ? usd
            : Wrong<decimal?>(result, "is no amount of dollars");
    }

    private static T? Wrong<T>(ArgumentResult result, string why)
    {
        result.AddError($"'{result.Tokens[0].Value}' {why}.");
        return default;
    }
}
