namespace Entourage.Bench.Load;

/// <summary>The result of one run of a load.</summary>
/// <param name="Latencies">The latency of each turn.</param>
/// <param name="Elapsed">The time until the last answer.</param>
/// <param name="Generator">The processor time of the generator itself.</param>
internal sealed record Run(Latencies Latencies, TimeSpan Elapsed, TimeSpan Generator)
{
    /// <summary>The number of turns.</summary>
    public int Count => Latencies.Count;

    /// <summary>The number of turns per second.</summary>
    public double PerSecond => Count / Elapsed.TotalSeconds;

    /// <summary>The 99th percentile of the latencies, in milliseconds.</summary>
    public double P99 => Latencies.Milliseconds(0.99);

    /// <summary>The number of processor cores that the generator kept busy.</summary>
    public double GeneratorCores => Generator / Elapsed;
}
