using System.Globalization;

namespace Entourage.Dashboard.Components;

/// <summary>The scales of a chart that is <see cref="Width"/> wide and <see cref="Height"/> high, whatever it is stretched to.</summary>
/// <param name="From">Where time begins (UTC).</param>
/// <param name="To">Where it ends (UTC).</param>
/// <param name="Most">The dollars at the top.</param>
public sealed record Chart(DateTimeOffset From, DateTimeOffset To, decimal Most)
{
    /// <summary>Units from left to right.</summary>
    public const int Width = 1_000;

    /// <summary>Units from top to bottom.</summary>
    public const int Height = 400;

    /// <summary>How many lines lie above the lowest.</summary>
    public const int Steps = 4;

    private static readonly decimal[] RoundSteps = [1m, 1.5m, 2m, 2.5m, 3m, 4m, 5m, 7.5m, 10m];

    /// <summary>The least round amount of dollars that is divided well and not below another.</summary>
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

    /// <summary>Where an instant is, from the left.</summary>
    public decimal X(DateTimeOffset at) => Math.Clamp(Width * (decimal)(at - From).Ticks / Math.Max(1, (To - From).Ticks), 0, Width);

    /// <summary>Where an amount of dollars is, from the top.</summary>
    public decimal Y(decimal usd) => Math.Clamp(Height - (Height * usd / Most), 0, Height);

    /// <summary>A number of the drawing, as text.</summary>
    public static string Text(decimal number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A path through points.</summary>
    public string Path(IEnumerable<(DateTimeOffset At, decimal Usd)> points) =>
        "M" + string.Join("L", points.Select(point => $"{Text(X(point.At))} {Text(Y(point.Usd))}"));
}
