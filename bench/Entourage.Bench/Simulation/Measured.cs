namespace Entourage.Bench.Simulation;

/// <summary>
/// What <c>--only sqlserver</c> has measured. It prints the lines for this file. Replace all of them at once, because points of different machines or
/// versions cannot be compared.
/// </summary>
internal static class Measured
{
    /// <summary>Where and when it was measured.</summary>
    public const string Source = "2026-11-30 at 8ed2a98b, on Babelfish for PostgreSQL 4.3, 2 cores, runs of 4 s";

    /// <summary>The cores of the machine, which load generator, replicas and database share.</summary>
    public const int Cores = 2;

    /// <summary>The clients, each with one usage at a time.</summary>
    public const int Clients = 64;

    /// <summary>A round trip without added latency, in milliseconds.</summary>
    public const double RoundTripMilliseconds = 0.28;

    /// <summary>The points.</summary>
    public static IReadOnlyList<MeasuredPoint> Points { get; } =
    [
        new(1, 1, 0) { PerSecond = 497, Group = 51.81, RoundTrips = 0.096, ApiMicroseconds = 293, DatabaseMicroseconds = 1872, LoadMicroseconds = 49, P50 = 97.3, P99 = 383.8 },
        new(2, 1, 0) { PerSecond = 402, Group = 31.99, RoundTrips = 0.137, ApiMicroseconds = 417, DatabaseMicroseconds = 2361, LoadMicroseconds = 64, P50 = 120.6, P99 = 404.8 },
        new(3, 1, 0) { PerSecond = 251, Group = 21.31, RoundTrips = 0.200, ApiMicroseconds = 718, DatabaseMicroseconds = 3726, LoadMicroseconds = 86, P50 = 200.3, P99 = 423.8 },
        new(1, 8, 0) { PerSecond = 242, Group = 7.95, RoundTrips = 0.501, ApiMicroseconds = 778, DatabaseMicroseconds = 6956, LoadMicroseconds = 139, P50 = 245.9, P99 = 521.4 },
        new(2, 8, 0) { PerSecond = 99, Group = 4.00, RoundTrips = 0.942, ApiMicroseconds = 1964, DatabaseMicroseconds = 17098, LoadMicroseconds = 307, P50 = 549.4, P99 = 963.0 },
        new(3, 8, 0) { PerSecond = 66, Group = 2.67, RoundTrips = 1.372, ApiMicroseconds = 3209, DatabaseMicroseconds = 24560, LoadMicroseconds = 394, P50 = 700.0, P99 = 1436.2 },
        new(1, 1, 1) { PerSecond = 525, Group = 62.41, RoundTrips = 0.089, ApiMicroseconds = 278, DatabaseMicroseconds = 1706, LoadMicroseconds = 91, P50 = 91.1, P99 = 404.0 },
        new(2, 1, 1) { PerSecond = 389, Group = 32.00, RoundTrips = 0.133, ApiMicroseconds = 431, DatabaseMicroseconds = 2331, LoadMicroseconds = 140, P50 = 125.1, P99 = 393.2 },
        new(3, 1, 1) { PerSecond = 264, Group = 21.34, RoundTrips = 0.216, ApiMicroseconds = 716, DatabaseMicroseconds = 3395, LoadMicroseconds = 195, P50 = 192.3, P99 = 516.3 },
        new(1, 8, 1) { PerSecond = 226, Group = 7.99, RoundTrips = 0.476, ApiMicroseconds = 756, DatabaseMicroseconds = 7279, LoadMicroseconds = 381, P50 = 257.5, P99 = 555.0 },
        new(2, 8, 1) { PerSecond = 111, Group = 4.00, RoundTrips = 0.948, ApiMicroseconds = 1932, DatabaseMicroseconds = 14268, LoadMicroseconds = 527, P50 = 500.9, P99 = 954.2 },
        new(3, 8, 1) { PerSecond = 68, Group = 2.67, RoundTrips = 1.346, ApiMicroseconds = 2581, DatabaseMicroseconds = 23065, LoadMicroseconds = 780, P50 = 720.0, P99 = 1410.1 },
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
