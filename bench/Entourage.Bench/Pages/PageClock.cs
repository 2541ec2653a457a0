using System.Diagnostics;
using Microsoft.Playwright;

namespace Entourage.Bench.Pages;

/// <summary>Relates a page's clock to the clock of this process.</summary>
/// <param name="Zero">The <see cref="Stopwatch"/> timestamp at which the page's clock was 0.</param>
/// <param name="MaxError">The maximum error of <paramref name="Zero"/>.</param>
internal sealed record PageClock(double Zero, TimeSpan MaxError)
{
    private const int Comparisons = 100;

    /// <summary>Compares the clocks several times and keeps the fastest comparison, which is the most accurate.</summary>
    public static async Task<PageClock> CompareAsync(IPage page)
    {
        PageClock? best = null;
        for (var comparison = 0; comparison < Comparisons; comparison++)
        {
            var before = Stopwatch.GetTimestamp();
            var milliseconds = await page.EvaluateAsync<double>("performance.now()");
            var after = Stopwatch.GetTimestamp();
            var clock = new PageClock(((before + after) / 2.0) - Ticks(milliseconds), Stopwatch.GetElapsedTime(before, after) / 2);
            best = best is null || clock.MaxError < best.MaxError ? clock : best;
        }

        return best!;
    }

    /// <summary>Returns the time from a moment of this process to a moment of the page.</summary>
    /// <param name="moment">A <see cref="Stopwatch"/> timestamp.</param>
    /// <param name="milliseconds">The page's clock, in milliseconds.</param>
    public double MillisecondsAfter(long moment, double milliseconds) => (Zero + Ticks(milliseconds) - moment) * 1_000 / Stopwatch.Frequency;

    private static double Ticks(double milliseconds) => milliseconds * Stopwatch.Frequency / 1_000;
}
