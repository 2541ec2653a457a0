using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>The runs of a row. In each round, every side ran once, in the same order.</summary>
internal sealed class Rounds(IReadOnlyList<Side> sides, IReadOnlyList<Run[]> runs)
{
    /// <summary>The sides.</summary>
    public IReadOnlyList<Side> Sides => sides;

    /// <summary>The runs of each round, in the order of the sides.</summary>
    public IReadOnlyList<Run[]> Runs => runs;

    /// <summary>Returns the same rounds with only some of the sides, in a given order.</summary>
    public Rounds Select(IReadOnlyList<Side> some)
    {
        var at = sides.Index().ToDictionary(each => each.Item, each => each.Index);
        return new(some, [.. runs.Select(round => some.Select(side => round[at[side]]).ToArray())]);
    }

    /// <summary>Returns the ratio of a figure between two sides, round by round.</summary>
    public Spread Ratio(int side, int to, Func<Run, double> figure) => Spread.Of(runs.Select(round => figure(round[side]) / figure(round[to])));

    /// <summary>Returns the ratio of the rates of two sides, in items, round by round.</summary>
    public Spread Ratio(int side, int to) => Ratio(side, to, run => run.PerSecond);

    /// <summary>Returns a figure of one side over all rounds.</summary>
    public Spread Of(int side, Func<Run, double> figure) => Spread.Of(runs.Select(round => figure(round[side])));

    /// <summary>Formats the median rate of one side, in items.</summary>
    public string Rate(int side) => string.Create(CultureInfo.InvariantCulture, $"{Of(side, run => run.PerSecond).Median:N0}/s");

    /// <summary>Formats the median rate of one side, and the server's processor time per item.</summary>
    public string RateAndTime(int side) =>
        string.Create(CultureInfo.InvariantCulture, $"{Rate(side)} at {Of(side, run => run.ProcessorMicroseconds).Median:0.#} µs");

    /// <summary>Returns the line of what the server allocates for an item of the last side.</summary>
    /// <param name="item">The item, such as <c>a usage</c>.</param>
    /// <param name="goal">The goal in kB, if there is one.</param>
    public Figure Allocated(string item, double? goal = null)
    {
        var (server, other) = (Of(Sides.Count - 1, run => run.AllocatedKilobytes), Of(0, run => run.AllocatedKilobytes));
        return new(
            $"allocated by the server for {item}",
            goal is null ? "none" : string.Create(CultureInfo.InvariantCulture, $"≤ {goal:0} kB"),
            server.ToString("0.0", " kB"),
            string.Create(CultureInfo.InvariantCulture, $"{Sides[0].Name} {other.Median:0.0} kB"),
            goal is null ? null : server.Median <= goal);
    }
}
