using System.Globalization;

namespace Entourage.Bench.Reporting;

/// <summary>The median, minimum and maximum of several runs, because noise is part of a figure.</summary>
/// <param name="Median">The median.</param>
/// <param name="Min">The minimum.</param>
/// <param name="Max">The maximum.</param>
internal sealed record Spread(double Median, double Min, double Max)
{
    /// <summary>Computes the spread of figures in any order.</summary>
    public static Spread Of(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new(median, sorted[0], sorted[^1]);
    }

    /// <summary>Formats the median, minimum and maximum, or the only figure.</summary>
    /// <param name="format">The format of each number.</param>
    /// <param name="unit">The unit after the median, such as <c>" ms"</c>.</param>
    public string ToString(string format, string unit = "")
    {
        var median = $"{Number(Median, format)}{unit}";
        return Min == Max ? median : $"{median} ({Number(Min, format)}–{Number(Max, format)})";
    }

    private static string Number(double figure, string format) => figure.ToString(format, CultureInfo.InvariantCulture);
}
