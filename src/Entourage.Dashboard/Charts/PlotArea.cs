using System.Globalization;

namespace Entourage.Dashboard.Charts;

/// <summary>The scales of a chart, <see cref="Width"/> by <see cref="Height"/> units before it is stretched.</summary>
/// <param name="From">The time at the left edge.</param>
/// <param name="To">The time at the right edge.</param>
/// <param name="Top">The dollars at the top edge.</param>
internal sealed record PlotArea(DateTimeOffset From, DateTimeOffset To, decimal Top)
{
    public const int Width = 1_000;

    public const int Height = 400;

    /// <summary>Returns the horizontal position of an instant, from the left.</summary>
    public decimal X(DateTimeOffset at) => Math.Clamp(Width * ShareOf(at), 0, Width);

    /// <summary>Returns the vertical position of an amount of dollars, from the top.</summary>
    public decimal Y(decimal usd) => Math.Clamp(Height - (Height * usd / Top), 0, Height);

    /// <summary>Returns the horizontal position of an instant in percent of the width.</summary>
    public string PercentOf(DateTimeOffset at) => Text(100 * Math.Clamp(ShareOf(at), 0, 1));

    /// <summary>Formats a coordinate.</summary>
    public static string Text(decimal number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Returns an SVG path through points.</summary>
    public string Path(IEnumerable<(DateTimeOffset At, decimal Usd)> points) =>
        "M" + string.Join("L", points.Select(point => $"{Text(X(point.At))} {Text(Y(point.Usd))}"));

    private decimal ShareOf(DateTimeOffset at) => (decimal)(at - From).Ticks / Math.Max(1, (To - From).Ticks);
}
