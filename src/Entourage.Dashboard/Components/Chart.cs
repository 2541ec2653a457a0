using System.Globalization;

namespace Entourage.Dashboard.Components;

/// <summary>The scales of a chart, <see cref="Width"/> by <see cref="Height"/> units before it is stretched.</summary>
/// <param name="From">The time at the left edge.</param>
/// <param name="To">The time at the right edge.</param>
/// <param name="Top">The dollars at the top edge.</param>
internal sealed record Chart(DateTimeOffset From, DateTimeOffset To, decimal Top)
{
    public const int Width = 1_000;

    public const int Height = 400;

    /// <summary>The number of grid lines above the lowest.</summary>
    public const int Steps = 4;

    private static readonly decimal[] RoundSteps = [1m, 1.5m, 2m, 2.5m, 3m, 4m, 5m, 7.5m, 10m];

    /// <summary>Returns the least round amount of dollars that is not below the given one and divides well into the steps.</summary>
    public static decimal TopFor(decimal most)
    {
        if (most <= 0)
        {
            return Steps;
        }

        var unit = 0.000_000_001m;
        while (unit * 10 * Steps < most)
        {
            unit *= 10;
        }

        return RoundSteps.First(step => unit * step * Steps >= most) * unit * Steps;
    }

    /// <summary>Returns the horizontal position of an instant, from the left.</summary>
    public decimal X(DateTimeOffset at) => Math.Clamp(Width * (decimal)(at - From).Ticks / Math.Max(1, (To - From).Ticks), 0, Width);

    /// <summary>Returns the vertical position of an amount of dollars, from the top.</summary>
    public decimal Y(decimal usd) => Math.Clamp(Height - (Height * usd / Top), 0, Height);

    /// <summary>Formats a coordinate.</summary>
    public static string Text(decimal number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Returns an SVG path through points.</summary>
    public string Path(IEnumerable<(DateTimeOffset At, decimal Usd)> points) =>
        "M" + string.Join("L", points.Select(point => $"{Text(X(point.At))} {Text(Y(point.Usd))}"));
}
