using System.Diagnostics;

namespace Entourage.Bench.Load;

/// <summary>How long requests took, every one of them.</summary>
internal sealed class Latencies
{
    private readonly long[] sorted;

    /// <param name="ticks">Ticks of <see cref="Stopwatch"/>, in any order.</param>
    public Latencies(IEnumerable<long> ticks)
    {
        sorted = [.. ticks];
        Array.Sort(sorted);
    }

    /// <summary>How many there are.</summary>
    public int Count => sorted.Length;

    /// <summary>The latency that this share of the requests stayed within, in milliseconds.</summary>
    /// <param name="share">Such as 0.99.</param>
    public double Milliseconds(double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * Count) - 1, 0, Count - 1)] * 1_000.0 / Stopwatch.Frequency;
}
