using System.Globalization;
using Entourage.Bench.Load;

namespace Entourage.Bench.Rows;

/// <summary>Runs the sides of all rows and reports progress.</summary>
internal sealed class Trial(Options options, TextWriter progress)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6);

    /// <summary>The duration of a run.</summary>
    public TimeSpan Duration => options.Duration;

    /// <summary>The number of runs of each side.</summary>
    public int Pairs => options.Pairs;

    /// <summary>Runs the sides alternately, after a warm-up run of each for the JIT compiler.</summary>
    public async Task<Rounds> AlternateAsync(params IReadOnlyList<Side> sides)
    {
        foreach (var side in sides)
        {
            Report("warm-up", side, await side.RunAsync(WarmUp));
        }

        var rounds = new List<Run[]>();
        for (var round = 1; round <= Pairs; round++)
        {
            var runs = new Run[sides.Count];
            for (var side = 0; side < runs.Length; side++)
            {
                runs[side] = await sides[side].RunAsync(Duration);
                Report($"{round} of {Pairs}", sides[side], runs[side]);
            }

            rounds.Add(runs);
        }

        return new(rounds);
    }

    /// <summary>Reports the progress of a row.</summary>
    public void Report(FormattableString text) => progress.WriteLine($"  {FormattableString.Invariant(text)}");

    private void Report(string round, Side side, Run run)
    {
        var (p50, p99) = (run.Latencies.Milliseconds(0.5), run.P99);
        progress.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {round,-8} {side.Name,-16} {run.PerSecond,8:N0}/s  p50 {p50:0.00} ms  p99 {p99:0.00} ms  generator {run.GeneratorCores:0.00} cores"));
    }
}
