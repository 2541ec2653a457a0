using System.Diagnostics;

namespace Entourage.Bench.Load;

/// <summary>The latencies of all requests of a run.</summary>
internal sealed class Latencies
{
    private readonly long[] sorted;

    /// <param name="ticks">Ticks of <see cref="Stopwatch"/>, in any order.</param>
    public Latencies(IEnumerable<long> ticks)
    {
        sorted = [.. ticks];
        Array.Sort(sorted);
    }

    /// <summary>The number of requests.</summary>
    public int Count => sorted.Length;

    /// <summary>Returns a percentile of the latencies in milliseconds.</summary>
    /// <param name="share">The percentile, such as 0.99.</param>
    public double Milliseconds(double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * Count) - 1, 0, Count - 1)] * 1_000.0 / Stopwatch.Frequency;
}
