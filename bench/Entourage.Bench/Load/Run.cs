namespace Entourage.Bench.Load;

/// <summary>What one run of a load gave.</summary>
/// <param name="Latencies">How long each turn took.</param>
/// <param name="Elapsed">How long the run took, to the last answer.</param>
/// <param name="Generator">The processor time that the generator itself took.</param>
internal sealed record Run(Latencies Latencies, TimeSpan Elapsed, TimeSpan Generator)
{
    /// <summary>How many turns were done.</summary>
    public int Count => Latencies.Count;

    /// <summary>How many turns were done each second.</summary>
    public double PerSecond => Count / Elapsed.TotalSeconds;

    /// <summary>What 99 in 100 turns stayed within, in milliseconds.</summary>
    public double P99 => Latencies.Milliseconds(0.99);

    /// <summary>How many processor cores the generator kept busy.</summary>
    public double GeneratorCores => Generator / Elapsed;
}
