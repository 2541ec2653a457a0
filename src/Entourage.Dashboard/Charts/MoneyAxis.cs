using System.Globalization;

namespace Entourage.Dashboard.Charts;

/// <summary>A vertical axis of dollars from zero, with marks at round amounts at equal distances.</summary>
/// <param name="Top">The amount at the top (USD), the last mark.</param>
/// <param name="Marks">The texts of the marks, from zero up, with equally many decimals.</param>
public sealed record MoneyAxis(decimal Top, IReadOnlyList<string> Marks)
{
    private const int MaxIntervals = 5;
    private const decimal Smallest = 0.000_000_001m;
    private const decimal Million = 1_000_000m;
    private const decimal Billion = 1_000_000_000m;

    private static readonly decimal[] Rounds = [1m, 2m, 2.5m, 5m];

    /// <summary>The number of intervals between the marks.</summary>
    public int Intervals => Marks.Count - 1;

    /// <summary>Creates the axis for amounts up to the given one (USD).</summary>
    public static MoneyAxis For(decimal most)
    {
        var step = StepFor(most <= 0 ? 1 : most);
        var intervals = Math.Max(1, (int)decimal.Ceiling(most <= 0 ? 1 / step : most / step));
        var (unit, suffix) = (step * intervals) switch
        {
            >= Billion => (Billion, "B"),
            >= Million => (Million, "M"),
            _ => (1m, ""),
        };
        var decimals = DecimalsOf(step / unit) is var needed && needed > 0 ? Math.Max(2, needed) : 0;
        return new(
            step * intervals,
            [.. Enumerable.Range(0, intervals + 1).Select(i => "$" + (step * i / unit).ToString($"N{decimals}", CultureInfo.InvariantCulture) + suffix)]);
    }

    /// <summary>Returns an amount as a share of the axis in percent, at most 100.</summary>
    public decimal PercentOf(decimal usd) => Math.Clamp(100 * usd / Top, 0, 100);

    private static decimal StepFor(decimal most)
    {
        for (var power = Smallest; ; power *= 10)
        {
            foreach (var round in Rounds)
            {
                // Half a nano-dollar does not exist.
                if (round * power % Smallest == 0 && round * power * MaxIntervals >= most)
                {
                    return round * power;
                }
            }
        }
    }

    private static int DecimalsOf(decimal number)
    {
        var decimals = 0;
        for (var rest = number; rest % 1 != 0; rest *= 10)
        {
            decimals++;
        }

        return decimals;
    }
}
