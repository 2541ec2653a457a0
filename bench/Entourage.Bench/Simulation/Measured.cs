namespace Entourage.Bench.Simulation;

/// <summary>
/// What <c>--only sqlserver</c> has measured. It prints the lines for this file. Replace all of them at once, because points of different machines or
/// versions cannot be compared.
/// </summary>
internal static class Measured
{
    /// <summary>Where and when it was measured.</summary>
    public const string Source = "2026-11-30 at 8029f657, on Babelfish for PostgreSQL 4.3, 2 cores, runs of 4 s";

    /// <summary>The cores of the machine, which load generator, replicas and database share.</summary>
    public const int Cores = 2;

    /// <summary>The clients, each with one usage at a time.</summary>
    public const int Clients = 64;

    /// <summary>A round trip without added latency, in milliseconds.</summary>
    public const double RoundTripMilliseconds = 0.23;

    /// <summary>The points.</summary>
    public static IReadOnlyList<MeasuredPoint> Points { get; } =
    [
        new(1, 1, 0) { PerSecond = 412, Group = 49.67, RoundTrips = 0.107, ApiMicroseconds = 308, DatabaseMicroseconds = 2343, LoadMicroseconds = 56, P50 = 114.7, P99 = 471.3 },
        new(2, 1, 0) { PerSecond = 241, Group = 31.66, RoundTrips = 0.198, ApiMicroseconds = 632, DatabaseMicroseconds = 5370, LoadMicroseconds = 88, P50 = 168.9, P99 = 761.6 },
        new(3, 1, 0) { PerSecond = 143, Group = 21.17, RoundTrips = 0.414, ApiMicroseconds = 1228, DatabaseMicroseconds = 9591, LoadMicroseconds = 164, P50 = 465.3, P99 = 912.9 },
        new(1, 8, 0) { PerSecond = 220, Group = 7.89, RoundTrips = 0.491, ApiMicroseconds = 739, DatabaseMicroseconds = 7674, LoadMicroseconds = 136, P50 = 260.8, P99 = 607.4 },
        new(2, 8, 0) { PerSecond = 51, Group = 3.84, RoundTrips = 1.464, ApiMicroseconds = 2571, DatabaseMicroseconds = 32194, LoadMicroseconds = 396, P50 = 696.9, P99 = 4446.4 },
        new(3, 8, 0) { PerSecond = 40, Group = 2.68, RoundTrips = 1.545, ApiMicroseconds = 4498, DatabaseMicroseconds = 42201, LoadMicroseconds = 445, P50 = 953.7, P99 = 5015.2 },
        new(1, 1, 1) { PerSecond = 428, Group = 58.94, RoundTrips = 0.098, ApiMicroseconds = 312, DatabaseMicroseconds = 2173, LoadMicroseconds = 108, P50 = 114.3, P99 = 503.3 },
        new(2, 1, 1) { PerSecond = 390, Group = 32.00, RoundTrips = 0.130, ApiMicroseconds = 481, DatabaseMicroseconds = 2306, LoadMicroseconds = 144, P50 = 128.4, P99 = 484.0 },
        new(3, 1, 1) { PerSecond = 225, Group = 21.34, RoundTrips = 0.233, ApiMicroseconds = 873, DatabaseMicroseconds = 4302, LoadMicroseconds = 213, P50 = 219.7, P99 = 566.2 },
        new(1, 8, 1) { PerSecond = 208, Group = 7.96, RoundTrips = 0.490, ApiMicroseconds = 803, DatabaseMicroseconds = 7851, LoadMicroseconds = 367, P50 = 267.8, P99 = 790.3 },
        new(2, 8, 1) { PerSecond = 95, Group = 4.00, RoundTrips = 1.007, ApiMicroseconds = 2685, DatabaseMicroseconds = 16921, LoadMicroseconds = 568, P50 = 598.7, P99 = 1511.5 },
        new(3, 8, 1) { PerSecond = 71, Group = 2.69, RoundTrips = 1.408, ApiMicroseconds = 3393, DatabaseMicroseconds = 23303, LoadMicroseconds = 886, P50 = 823.9, P99 = 1765.6 },
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
