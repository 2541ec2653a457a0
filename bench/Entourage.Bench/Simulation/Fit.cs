namespace Entourage.Bench.Simulation;

/// <summary>
/// Derives service times from the points of a single replica without added latency, and nothing else. So what the simulator says of other points is a
/// prediction.
/// </summary>
internal static class Fit
{
    /// <summary>How the service times are derived, for readers of the comparison.</summary>
    public const string Explanation =
        """
        Fitted on the points of one replica at 0 ms, marked "fit". The others are predicted. From the processor times of a usage, and the round trips of a
        usage, of the points with the fewest and the most organisations: the time of a usage and the time of a command, for servers and database each. The
        load generator's time is the mean of those points. The log's flush, with whatever else a commit waits for, is the value with which the simulated rates of
        these points are closest to the measured ones.
        """;

    // The range of the flush in microseconds.
    private const double LongestFlush = 500_000;
    private const int Steps = 30;
    private const double SearchSeconds = 4;

    /// <summary>Whether a point is used.</summary>
    public static bool Uses(MeasuredPoint point) => point is { Replicas: 1, LatencyMilliseconds: 0 };

    /// <summary>Derives the service times.</summary>
    /// <exception cref="InvalidDataException">There are no two points to derive them from, or the database's time is missing.</exception>
    public static ServiceTimes Of(IReadOnlyList<MeasuredPoint> points)
    {
        MeasuredPoint[] used = [.. points.Where(Uses).OrderBy(point => point.Organisations)];
        if (used.Length < 2 || used.Any(point => double.IsNaN(point.DatabaseMicroseconds)))
        {
            throw new InvalidDataException("The fit needs two points of one replica at 0 ms, with the database's processor time.");
        }

        var (apiUsage, apiCommand) = Split(used, point => point.ApiMicroseconds);
        var (databaseUsage, databaseCommand) = Split(used, point => point.DatabaseMicroseconds);
        var times = new ServiceTimes
        {
            ApiUsage = apiUsage,
            ApiCommand = apiCommand,
            DatabaseUsage = databaseUsage,
            DatabaseCommand = databaseCommand,
            LoadUsage = used.Average(point => point.LoadMicroseconds),
        };
        return times with { LogFlush = FindFlush(times, used) };
    }

    /// <summary>The scenario of a measured point.</summary>
    public static Scenario ScenarioOf(MeasuredPoint point, ServiceTimes times) => new()
    {
        Replicas = point.Replicas,
        Organisations = point.Organisations,
        Clients = Measured.Clients,
        RoundTripMilliseconds = Measured.RoundTripMilliseconds + point.LatencyMilliseconds,
        SharedCores = Measured.Cores,
        Times = times,
    };

    /// <summary>Splits a time a usage into one for each usage and one for each command: time = usage + round trips × command.</summary>
    private static (double Usage, double Command) Split(MeasuredPoint[] used, Func<MeasuredPoint, double> time)
    {
        var (few, many) = (used[0], used[^1]);
        var command = (time(many) - time(few)) / (many.RoundTrips - few.RoundTrips);
        if (!double.IsFinite(command) || command < 0)
        {
            command = 0;
        }

        // Neither can be negative. Noise may say so.
        command = Math.Min(command, used.Min(point => time(point) / point.RoundTrips));
        return (used.Average(point => time(point) - (point.RoundTrips * command)), command);
    }

    /// <summary>Searches the flush by thirds. The error falls and then rises, because a longer flush means fewer usages.</summary>
    private static double FindFlush(ServiceTimes times, MeasuredPoint[] used)
    {
        var (low, high) = (0.0, LongestFlush);
        for (var step = 0; step < Steps; step++)
        {
            var third = (high - low) / 3;
            (low, high) = Error(low + third) <= Error(high - third) ? (low, high - third) : (low + third, high);
        }

        return (low + high) / 2;

        double Error(double flush) => used.Sum(point =>
            Math.Pow(Math.Log(Simulator.Run(ScenarioOf(point, times with { LogFlush = flush }) with { Seconds = SearchSeconds }).PerSecond / point.PerSecond), 2));
    }
}
