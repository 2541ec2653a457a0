namespace Entourage.Bench.Simulation;

/// <summary>
/// What <c>--only sqlserver</c> has measured. It prints the lines for this file. Replace all of them at once, because points of different machines or
/// versions cannot be compared.
/// </summary>
internal static class Measured
{
    /// <summary>Where and when it was measured.</summary>
    public const string Source = "";

    /// <summary>The cores of the machine, which load generator, replicas and database share.</summary>
    public const int Cores = 2;

    /// <summary>The clients, each with one usage at a time.</summary>
    public const int Clients = 64;

    /// <summary>A round trip without added latency, in milliseconds.</summary>
    public const double RoundTripMilliseconds = 0;

    /// <summary>The points.</summary>
    public static IReadOnlyList<MeasuredPoint> Points { get; } =
    [
    ];
}

/// <summary>A measured point. Times are processor times of a usage, in microseconds.</summary>
/// <param name="Replicas">The number of replicas.</param>
/// <param name="Organisations">The number of organisations, all of the same size.</param>
/// <param name="LatencyMilliseconds">What the proxy added to a round trip.</param>
internal sealed record MeasuredPoint(int Replicas, int Organisations, double LatencyMilliseconds)
{
    /// <summary>Usages a second.</summary>
    public required double PerSecond { get; init; }

    /// <summary>Usages in a group, on average.</summary>
    public required double Group { get; init; }

    /// <summary>Round trips for a usage.</summary>
    public required double RoundTrips { get; init; }

    /// <summary>The servers' time.</summary>
    public required double ApiMicroseconds { get; init; }

    /// <summary>The database's time; NaN if it is unknown.</summary>
    public required double DatabaseMicroseconds { get; init; }

    /// <summary>The time of the load generator, including the proxy.</summary>
    public required double LoadMicroseconds { get; init; }

    /// <summary>The median latency of a usage, in milliseconds.</summary>
    public required double P50 { get; init; }

    /// <summary>The 99th percentile of the latencies, in milliseconds.</summary>
    public required double P99 { get; init; }
}
