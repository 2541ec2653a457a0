using System.Globalization;
using Entourage.Bench.Load;

namespace Entourage.Bench.Rows;

/// <summary>Runs the sides of all rows and reports progress.</summary>
internal sealed class Trial(Options options, TextWriter progress)
{
    // A quick measurement runs all its sides on the same servers, so each needs less.
    private const int QuickShare = 5;

    private static readonly TimeSpan WarmUpRun = TimeSpan.FromSeconds(1);

    /// <summary>The duration of a run.</summary>
    public TimeSpan Duration => options.Duration;

    /// <summary>The number of runs of each side.</summary>
    public int Pairs => options.Pairs;

    /// <summary>Runs the sides alternately, after a warm-up of each for the JIT compiler.</summary>
    public async Task<Rounds> AlternateAsync(params IReadOnlyList<Side> sides)
    {
        foreach (var side in sides)
        {
            await WarmUpAsync(side);
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

        return new(sides, rounds);
    }

    /// <summary>Measures rows on one stage. A load that several of them compare with runs once in each round.</summary>
    public async Task<IReadOnlyList<(string Row, Rounds Rounds)>> CompareAsync(IReadOnlyList<IComparison> rows)
    {
        await using var stage = await Stage.CreateAsync();
        var sides = new List<IReadOnlyList<Side>>();
        foreach (var row in rows)
        {
            sides.Add(await row.PrepareAsync(stage));
        }

        var rounds = await AlternateAsync([.. sides.SelectMany(some => some).Distinct()]);
        return [.. rows.Zip(sides, (row, some) => (row.Name, rounds.Select(some)))];
    }

    /// <summary>Reports the progress of a row.</summary>
    public void Report(FormattableString text) => progress.WriteLine($"  {FormattableString.Invariant(text)}");

    private async Task WarmUpAsync(Side side)
    {
        // In short runs, because the rate is unknown.
        var needed = options.Quick ? side.WarmUp / QuickShare : side.WarmUp;
        for (var done = 0L; done < needed;)
        {
            var run = await side.RunAsync(WarmUpRun);
            done += run.AllItems;
            if (done >= needed)
            {
                Report("warm-up", side, run);
            }
        }
    }

    private void Report(string round, Side side, Run run)
    {
        var (p50, p99) = (run.Latencies.Milliseconds(0.5), run.P99);
        var server = run.Processor == default ? "" : string.Create(CultureInfo.InvariantCulture, $"  server {run.ProcessorMicroseconds:0.0} µs");
        progress.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {round,-8} {side.Name,-16} {run.PerSecond,8:N0}/s  p50 {p50:0.00} ms  p99 {p99:0.00} ms  generator {run.GeneratorCores:0.00} cores{server}"));
    }
}
