using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>The runs of a row. In each round, every side ran once, in the same order.</summary>
internal sealed class Rounds(IReadOnlyList<Run[]> runs)
{
    /// <summary>Returns the ratio of a figure between two sides, round by round.</summary>
    public Spread Ratio(int side, int to, Func<Run, double> figure) => Spread.Of(runs.Select(round => figure(round[side]) / figure(round[to])));

    /// <summary>Returns the ratio of the rates of two sides, round by round.</summary>
    /// <param name="side">The numerator.</param>
    /// <param name="to">The denominator.</param>
    /// <param name="unit">How many units of the other side's work one turn contains.</param>
    public Spread Ratio(int side, int to, int unit = 1) => Spread.Of(runs.Select(round => unit * round[side].PerSecond / round[to].PerSecond));

    /// <summary>Returns a figure of one side over all rounds.</summary>
    public Spread Of(int side, Func<Run, double> figure) => Spread.Of(runs.Select(round => figure(round[side])));

    /// <summary>Formats the median rate of one side.</summary>
    /// <param name="side">The side.</param>
    /// <param name="unit">How many units of work one turn contains.</param>
    public string Rate(int side, int unit = 1) =>
        string.Create(CultureInfo.InvariantCulture, $"{Of(side, run => run.PerSecond * unit).Median:N0}/s");
}
