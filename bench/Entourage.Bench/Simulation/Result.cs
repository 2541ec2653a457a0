using System.Globalization;
using System.Text;

namespace Entourage.Bench.Simulation;

/// <summary>The result of a simulation.</summary>
internal sealed class Result
{
    private readonly Scenario scenario;
    private readonly Observations observed;
    private readonly double[] latencies;
    private readonly double[] groups;

    /// <param name="scenario">The scenario.</param>
    /// <param name="observed">What was counted.</param>
    public Result(Scenario scenario, Observations observed)
    {
        (this.scenario, this.observed) = (scenario, observed);
        latencies = [.. observed.Latencies.Order()];
        groups = [.. observed.Groups.Order()];
    }

    /// <summary>The part of the time during which the database's cores were busy, from 0 to 1.</summary>
    public double DatabaseUse { get; init; }

    /// <summary>The same for the cores of all replicas.</summary>
    public double ApiUse { get; init; }

    /// <summary>The same for the log.</summary>
    public double LogUse { get; init; }

    /// <summary>The log's flushes a second.</summary>
    public double FlushesPerSecond { get; init; }

    /// <summary>Usages answered a second.</summary>
    public double PerSecond => latencies.Length / scenario.Seconds;

    /// <summary>Usages refused a second.</summary>
    public double RefusedPerSecond => observed.Refused / scenario.Seconds;

    /// <summary>Round trips a second between replicas and database.</summary>
    public double RoundTripsPerSecond => observed.RoundTrips / scenario.Seconds;

    /// <summary>Groups committed a second.</summary>
    public double GroupsPerSecond => groups.Length / scenario.Seconds;

    /// <summary>The mean number of usages of a group.</summary>
    public double Group => groups.Length == 0 ? 0 : groups.Average();

    /// <summary>The mean latency of a usage in milliseconds.</summary>
    public double Mean => latencies.Length == 0 ? 0 : latencies.Average() * 1e3;

    /// <summary>A percentile of the latencies in milliseconds.</summary>
    /// <param name="share">The percentile, such as 0.99.</param>
    public double Latency(double share) => Percentile(latencies, share) * 1e3;

    /// <summary>Formats the result.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine("| figure | value |").AppendLine("| --- | --- |");
        Add("usages a second", $"{PerSecond:N0}");
        foreach (var (name, perSecond) in ByOrganisation())
        {
            Add($"usages a second, {name}", $"{perSecond:N1}");
        }

        if (observed.Refused > 0)
        {
            Add("usages refused a second: the queues are full", $"{RefusedPerSecond:N0}");
        }

        Add("latency p50, p99", $"{Latency(0.5):0.0} ms, {Latency(0.99):0.0} ms");
        Add("usages in a group: mean, p50, p99, most", $"{Group:0.0}, {Percentile(groups, 0.5):0}, {Percentile(groups, 0.99):0}, {Percentile(groups, 1):0}");
        Add("groups a second", $"{GroupsPerSecond:N0}");
        Add("round trips a second, each usage", $"{RoundTripsPerSecond:N0}, {RoundTripsPerSecond / PerSecond:0.00}");
        Add("log flushes a second", $"{FlushesPerSecond:N0}");
        Add("log written", $"{((PerSecond * scenario.LogBytesPerUsage) + (GroupsPerSecond * scenario.LogBytesPerGroup)) / 1e6:0.00} MB/s");
        Add(scenario.SharedCores > 0 ? "use of the shared cores" : "use of the database's cores", $"{DatabaseUse:P0}");
        if (scenario.SharedCores == 0)
        {
            Add("use of the replicas' cores", $"{ApiUse:P0}");
        }

        Add("use of the log", $"{LogUse:P0}");
        return text.ToString();

        void Add(string name, FormattableString value) => text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {value.ToString(CultureInfo.InvariantCulture)} |");
    }

    /// <summary>Usages a second of the largest organisation, of one in the middle, and of the smallest.</summary>
    private IEnumerable<(string Name, double PerSecond)> ByOrganisation()
    {
        if (scenario.Organisations > 1)
        {
            // By expected size, which the number of an organisation says.
            yield return ("the largest organisation", observed.Answered[0] / scenario.Seconds);
            yield return ("the middle one", observed.Answered[scenario.Organisations / 2] / scenario.Seconds);
            yield return ("the smallest", observed.Answered[^1] / scenario.Seconds);
        }
    }

    private static double Percentile(double[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
