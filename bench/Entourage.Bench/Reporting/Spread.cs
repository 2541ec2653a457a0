using System.Globalization;

namespace Entourage.Bench.Reporting;

/// <summary>What several runs gave: noise is part of a figure.</summary>
/// <param name="Median">The one in the middle.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
internal sealed record Spread(double Median, double Min, double Max)
{
    /// <summary>Of figures in any order.</summary>
    public static Spread Of(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new(median, sorted[0], sorted[^1]);
    }

    /// <summary>Median, smallest and largest.</summary>
    /// <param name="format">The format of each number.</param>
    /// <param name="unit">What stands after the median, such as <c>" ms"</c>.</param>
    public string ToString(string format, string unit = "") =>
        string.Create(CultureInfo.InvariantCulture, $"{Number(Median, format)}{unit} ({Number(Min, format)}–{Number(Max, format)})");

    private static string Number(double figure, string format) => figure.ToString(format, CultureInfo.InvariantCulture);
}
