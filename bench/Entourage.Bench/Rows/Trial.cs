using System.Globalization;
using Entourage.Bench.Load;

namespace Entourage.Bench.Rows;

/// <summary>How all rows are run: for how long, how often, and what is said meanwhile.</summary>
internal sealed class Trial(Options options, TextWriter progress)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6);

    /// <summary>How long a run takes.</summary>
    public TimeSpan Duration => options.Duration;

    /// <summary>How often each side runs.</summary>
    public int Pairs => options.Pairs;

    /// <summary>Runs the sides in turns, after each has run once for the compiler's sake.</summary>
    public async Task<Rounds> AlternateAsync(params IReadOnlyList<Side> sides)
    {
        foreach (var side in sides)
        {
            Say("warm-up", side, await side.RunAsync(WarmUp));
        }

        var rounds = new List<Run[]>();
        for (var round = 1; round <= Pairs; round++)
        {
            var runs = new Run[sides.Count];
            for (var side = 0; side < runs.Length; side++)
            {
                runs[side] = await sides[side].RunAsync(Duration);
                Say($"{round} of {Pairs}", sides[side], runs[side]);
            }

            rounds.Add(runs);
        }

        return new(rounds);
    }

    /// <summary>Says how far a row is.</summary>
    public void Say(FormattableString text) => progress.WriteLine($"  {FormattableString.Invariant(text)}");

    private void Say(string round, Side side, Run run)
    {
        var (p50, p99) = (run.Latencies.Milliseconds(0.5), run.P99);
        progress.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {round,-8} {side.Name,-16} {run.PerSecond,8:N0}/s  p50 {p50:0.00} ms  p99 {p99:0.00} ms  generator {run.GeneratorCores:0.00} cores"));
    }
}
