using System.Globalization;
using System.Text.RegularExpressions;

namespace Entourage.Domain.Events;

/// <summary>
/// A reader's position in a team's event stream. Usage records and stored events are two lists with separate sequences, so a position
/// consists of two sequence numbers. Both lists continue after it without gaps or duplicates, however they were mixed.
/// </summary>
/// <param name="Usage">The highest sequence of the usage records read.</param>
/// <param name="Event">The highest sequence of the stored events read.</param>
public readonly partial record struct EventPosition(long Usage, long Event)
{
    /// <summary>Reads what <see cref="ToString"/> returned; null if the text is not a position.</summary>
    public static EventPosition? Parse(string text) =>
        Written.Match(text) is { Success: true } match
        && long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var usage)
        && long.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var stored)
            ? new(usage, stored)
            : null;

    /// <summary>Whether another position has read everything that this one has.</summary>
    public bool IsWithin(EventPosition other) => Usage <= other.Usage && Event <= other.Event;

    /// <summary>The first position that has read everything that either of two positions has.</summary>
    public EventPosition And(EventPosition other) => new(Math.Max(Usage, other.Usage), Math.Max(Event, other.Event));

    /// <summary>The event id: <c>u123-e45</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"u{Usage}-e{Event}");

    [GeneratedRegex(@"\Au(0|[1-9][0-9]{0,18})-e(0|[1-9][0-9]{0,18})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Written { get; }
}
