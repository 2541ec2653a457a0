using System.Globalization;
using Entourage.Application.Json;
using Entourage.Domain;

namespace Entourage.Dashboard.Format;

/// <summary>How figures are written for people: as short as they can be read, with the exact ones where somebody points at them.</summary>
public static class Formatter
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>An amount, to the last digit.</summary>
    public static string Exactly(MoneyTotal amount) => $"${amount}";

    /// <summary>An amount, or a dash where there is none.</summary>
    public static string Usd(MoneyTotal? amount) => amount?.ToShortString() ?? "–";

    /// <summary>A count: <c>950</c>, <c>12.3k</c>, <c>1.2M</c>.</summary>
    public static string Count(long count) => count switch
    {
        < 1_000 => count.ToString(Culture),
        < 99_950 => string.Create(Culture, $"{count / 1_000m:0.#}k"),
        < 999_500 => string.Create(Culture, $"{count / 1_000m:0}k"),
        < 999_500_000 => string.Create(Culture, $"{count / 1_000_000m:0.#}M"),
        _ => string.Create(Culture, $"{count / 1_000_000_000m:0.##}B"),
    };

    /// <summary>A count of things: <c>1 session</c>, <c>3 sessions</c>.</summary>
    public static string Of(long count, string thing) => string.Create(Culture, $"{count:#,0} {thing}{(count == 1 ? "" : "s")}");

    /// <summary>A share, in whole percents: <c>42%</c>.</summary>
    public static string Percent(MoneyTotal part, MoneyTotal whole) =>
        whole <= MoneyTotal.Zero ? "–" : string.Create(Culture, $"{((part.NanoUsd * 200) + whole.NanoUsd) / (whole.NanoUsd * 2)}%");

    /// <summary>A share, at most all of it; nothing of nothing.</summary>
    public static decimal Share(MoneyTotal part, MoneyTotal whole) =>
        whole <= MoneyTotal.Zero ? 0 : part >= whole ? 1 : part.ToUsd() / whole.ToUsd();

    /// <summary>A time of day in a zone: <c>14:05:09</c>.</summary>
    public static string Time(DateTimeOffset at, string zone) => In(at, zone).ToString("HH:mm:ss", Culture);

    /// <summary>A time of day in a zone, to the minute: <c>14:05</c>.</summary>
    public static string Minute(DateTimeOffset at, string zone) => In(at, zone).ToString("HH:mm", Culture);

    /// <summary>A day and a time in a zone: <c>24 Nov 14:05</c>.</summary>
    public static string Moment(DateTimeOffset at, string zone) => In(at, zone).ToString("d MMM HH:mm", Culture);

    /// <summary>A day in a zone: <c>24 Nov 2026</c>.</summary>
    public static string Day(DateTimeOffset at, string zone) => In(at, zone).ToString("d MMM yyyy", Culture);

    /// <summary>An instant for machines.</summary>
    public static string Utc(DateTimeOffset at) => UtcJsonConverter.TextOf(at);

    /// <summary>Whole minutes: <c>&lt;1 min</c>, <c>4 min</c>, <c>2 h 05</c>.</summary>
    public static string Minutes(long minutes) => minutes switch
    {
        0 => "<1 min",
        < 60 => string.Create(Culture, $"{minutes} min"),
        _ => string.Create(Culture, $"{minutes / 60} h {minutes % 60:00}"),
    };

    /// <summary>A name of the API in words: <c>Kill session</c> of <c>kill_session</c>.</summary>
    public static string Words(string name)
    {
        var text = name.Replace('_', ' ');
        return text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
    }

    /// <summary>A value of an enumeration in words.</summary>
    public static string Words<T>(T value)
        where T : struct, Enum => Words(EnumNames.Of(value));

    private static DateTimeOffset In(DateTimeOffset at, string zone) => TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(zone));
}
