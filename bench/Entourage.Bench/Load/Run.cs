namespace Entourage.Bench.Load;

/// <summary>The result of one run of a load.</summary>
/// <param name="Latencies">The latency of each turn.</param>
/// <param name="Elapsed">The time until the last answer.</param>
/// <param name="Generator">The processor time of the generator itself.</param>
internal sealed record Run(Latencies Latencies, TimeSpan Elapsed, TimeSpan Generator)
{
    /// <summary>The number of items in a turn, such as the usages of a batch.</summary>
    public int ItemsPerTurn { get; init; } = 1;

    /// <summary>The load that ran at the same time on the same server, if any.</summary>
    public Run? Other { get; init; }

    /// <summary>The processor time of the server during the run; zero if it was not measured.</summary>
    public TimeSpan Processor { get; init; }

    /// <summary>The bytes that the server allocated during the run; NaN if they were not measured.</summary>
    public double AllocatedBytes { get; init; } = double.NaN;

    /// <summary>The number of the ledger's transactions during the run; NaN if it was not measured.</summary>
    public double Transactions { get; init; } = double.NaN;

    /// <summary>What the servers exchanged with their database during the run; null if it was not measured.</summary>
    public Traffic? Traffic { get; init; }

    /// <summary>The processor time of the database during the run; null if it was not measured.</summary>
    public TimeSpan? Database { get; init; }

    /// <summary>The number of turns.</summary>
    public int Count => Latencies.Count;

    /// <summary>The number of items of all turns.</summary>
    public long Items => (long)Count * ItemsPerTurn;

    /// <summary>The number of items including those of the other load.</summary>
    public long AllItems => Items + (Other?.Items ?? 0);

    /// <summary>The number of items per second.</summary>
    public double PerSecond => Items / Elapsed.TotalSeconds;

    /// <summary>The server's processor time per item, in microseconds.</summary>
    public double ProcessorMicroseconds => Processor.TotalMicroseconds / AllItems;

    /// <summary>What the server allocated per item, in kB (1,000 bytes).</summary>
    public double AllocatedKilobytes => AllocatedBytes / 1e3 / AllItems;

    /// <summary>The 99th percentile of the latencies, in milliseconds.</summary>
    public double P99 => Latencies.Milliseconds(0.99);

    /// <summary>The number of processor cores that the generator kept busy.</summary>
    public double GeneratorCores => Generator / Elapsed;
}
