using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>The runs of a row: in each round every side ran once, in the same order.</summary>
internal sealed class Rounds(IReadOnlyList<Run[]> runs)
{
    /// <summary>How a figure of one side compares with that of another in the same round.</summary>
    public Spread Ratio(int side, int to, Func<Run, double> figure) => Spread.Of(runs.Select(round => figure(round[side]) / figure(round[to])));

    /// <summary>How the rate of one side compares with that of another in the same round.</summary>
    /// <param name="side">The side.</param>
    /// <param name="to">The other side.</param>
    /// <param name="unit">How many of the other side's units of work a turn of it is.</param>
    public Spread Ratio(int side, int to, int unit = 1) => Spread.Of(runs.Select(round => unit * round[side].PerSecond / round[to].PerSecond));

    /// <summary>A figure of one side.</summary>
    public Spread Of(int side, Func<Run, double> figure) => Spread.Of(runs.Select(round => figure(round[side])));

    /// <summary>The median rate of one side.</summary>
    /// <param name="side">The side.</param>
    /// <param name="unit">How many units of work a turn of it is.</param>
    public string Rate(int side, int unit = 1) =>
        string.Create(CultureInfo.InvariantCulture, $"{Of(side, run => run.PerSecond * unit).Median:N0}/s");
}
