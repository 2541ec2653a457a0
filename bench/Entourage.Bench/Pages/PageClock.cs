using System.Diagnostics;
using Microsoft.Playwright;

namespace Entourage.Bench.Pages;

/// <summary>What a page's clock says, by this process's: a moment of the one between two of the other.</summary>
/// <param name="Zero">When the page's clock was at 0, as a timestamp of <see cref="Stopwatch"/>.</param>
/// <param name="Doubt">By how much that may be wrong, at most.</param>
internal sealed record PageClock(double Zero, TimeSpan Doubt)
{
    private const int Looks = 100;

    /// <summary>Compares them: the look that took least time is the one that says most.</summary>
    public static async Task<PageClock> CompareAsync(IPage page)
    {
        PageClock? best = null;
        for (var look = 0; look < Looks; look++)
        {
            var before = Stopwatch.GetTimestamp();
            var milliseconds = await page.EvaluateAsync<double>("performance.now()");
            var after = Stopwatch.GetTimestamp();
            var clock = new PageClock(((before + after) / 2.0) - Ticks(milliseconds), Stopwatch.GetElapsedTime(before, after) / 2);
            best = best is null || clock.Doubt < best.Doubt ? clock : best;
        }

        return best!;
    }

    /// <summary>How long after a moment of this process something was on the page.</summary>
    /// <param name="moment">A timestamp of <see cref="Stopwatch"/>.</param>
    /// <param name="milliseconds">What the page's clock said.</param>
    public double MillisecondsAfter(long moment, double milliseconds) => (Zero + Ticks(milliseconds) - moment) * 1_000 / Stopwatch.Frequency;

    private static double Ticks(double milliseconds) => milliseconds * Stopwatch.Frequency / 1_000;
}
