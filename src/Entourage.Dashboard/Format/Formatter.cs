using System.Globalization;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Dashboard.Format;

/// <summary>Formats figures for people, as short as they can be read.</summary>
internal static class Formatter
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Formats all digits of an amount.</summary>
    public static string ExactUsd(MoneyTotal amount) => $"${amount}";

    /// <summary>Formats an amount, or a dash for null.</summary>
    public static string Usd(MoneyTotal? amount) => amount?.ToShortString() ?? "–";

    /// <summary>Formats an amount of a budget in short form: <c>$2.50</c> or <c>12.3k tokens</c>.</summary>
    public static string Amount(MoneyTotal amount, BudgetUnit unit) =>
        unit == BudgetUnit.Usd ? Usd(amount) : $"{Count((long)Int128.Clamp(amount.NanoUsd, long.MinValue, long.MaxValue))} tokens";

    /// <summary>Formats a count: <c>950</c>, <c>12.3k</c>, <c>1.2M</c>.</summary>
    public static string Count(long count) => count switch
    {
        < 1_000 => count.ToString(Culture),
        < 99_950 => string.Create(Culture, $"{count / 1_000m:0.#}k"),
        < 999_500 => string.Create(Culture, $"{count / 1_000m:0}k"),
        < 999_500_000 => string.Create(Culture, $"{count / 1_000_000m:0.#}M"),
        _ => string.Create(Culture, $"{count / 1_000_000_000m:0.##}B"),
    };

    /// <summary>Formats a count with its noun: <c>1 session</c>, <c>3 sessions</c>.</summary>
    public static string Quantity(long count, string noun) => string.Create(Culture, $"{count:#,0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>Formats a share in whole percent: <c>42%</c>.</summary>
    public static string Percent(MoneyTotal part, MoneyTotal whole) =>
        whole <= MoneyTotal.Zero ? "–" : string.Create(Culture, $"{((part.NanoUsd * 200) + whole.NanoUsd) / (whole.NanoUsd * 2)}%");

    /// <summary>Formats a change in whole percent of the earlier amount: <c>+12%</c>, <c>−5%</c>, <c>unchanged</c>; a dash if that was not positive.</summary>
    public static string Change(MoneyTotal now, MoneyTotal before)
    {
        var difference = now - before;
        return before <= MoneyTotal.Zero ? "–"
            : difference < MoneyTotal.Zero ? $"−{Percent(before - now, before)}"
            : Percent(difference, before) is var change && change == "0%" ? "unchanged" : $"+{change}";
    }

    /// <summary>Returns a share from 0 to 1; 0 if the whole is not positive.</summary>
    public static decimal Share(MoneyTotal part, MoneyTotal whole) =>
        whole <= MoneyTotal.Zero ? 0 : part >= whole ? 1 : part.ToUsd() / whole.ToUsd();

    /// <summary>Formats a time of day in a zone: <c>14:05:09</c>.</summary>
    public static string Time(DateTimeOffset at, string zone) => In(at, zone).ToString("HH:mm:ss", Culture);

    /// <summary>Formats a time of day in a zone to the minute: <c>14:05</c>.</summary>
    public static string Minute(DateTimeOffset at, string zone) => In(at, zone).ToString("HH:mm", Culture);

    /// <summary>Formats a day and a time in a zone: <c>24 Nov 14:05</c>.</summary>
    public static string Moment(DateTimeOffset at, string zone) => In(at, zone).ToString("d MMM HH:mm", Culture);

    /// <summary>Formats a day in a zone: <c>24 Nov 2026</c>.</summary>
    public static string Day(DateTimeOffset at, string zone) => In(at, zone).ToString("d MMM yyyy", Culture);

    /// <summary>Formats an instant as the API does.</summary>
    public static string Utc(DateTimeOffset at) => UtcJsonConverter.TextOf(at);

    /// <summary>Formats whole minutes: <c>&lt;1 min</c>, <c>4 min</c>, <c>2 h 05</c>.</summary>
    public static string Minutes(long minutes) => minutes switch
    {
        0 => "<1 min",
        < 60 => string.Create(Culture, $"{minutes} min"),
        _ => string.Create(Culture, $"{minutes / 60} h {minutes % 60:00}"),
    };

    /// <summary>Turns an API name into words: <c>kill_session</c> becomes <c>Kill session</c>.</summary>
    public static string Words(string name)
    {
        var text = name.Replace('_', ' ');
        return text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
    }

    /// <summary>Turns an enumeration value into words.</summary>
    public static string Words<T>(T value)
        where T : struct, Enum => Words(EnumNames.Of(value));

    private static DateTimeOffset In(DateTimeOffset at, string zone) => TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(zone));
}
