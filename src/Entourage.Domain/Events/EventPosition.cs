using System.Globalization;
using System.Text.RegularExpressions;

namespace Entourage.Domain.Events;

/// <summary>
/// How far somebody has read what a team's watchers are told. Usages and stored events are two lists, each in an order of its own, so a
/// position is two sequences: both lists go on after it without a gap or a double, however they were mixed.
/// </summary>
/// <param name="Usage">The greatest sequence of the usage records read.</param>
/// <param name="Event">The greatest sequence of the stored events read.</param>
public readonly partial record struct EventPosition(long Usage, long Event)
{
    /// <summary>The position of a text that <see cref="ToString"/> made; null when it is none.</summary>
    public static EventPosition? Parse(string text) =>
        Written.Match(text) is { Success: true } match
        && long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var usage)
        && long.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var told)
            ? new(usage, told)
            : null;

    /// <summary>Whether all that is read at this position is read at another.</summary>
    public bool IsWithin(EventPosition other) => Usage <= other.Usage && Event <= other.Event;

    /// <summary>Where all that is read at either of two positions is read.</summary>
    public EventPosition And(EventPosition other) => new(Math.Max(Usage, other.Usage), Math.Max(Event, other.Event));

    /// <summary>The text that event ids are: <c>u123-e45</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"u{Usage}-e{Event}");

    [GeneratedRegex(@"\Au(0|[1-9][0-9]{0,18})-e(0|[1-9][0-9]{0,18})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Written { get; }
}
