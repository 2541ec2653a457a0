using System.Globalization;
using System.Text;

namespace Entourage.Bench.Simulation;

/// <summary>Prints measured points beside simulated ones.</summary>
internal static class Comparison
{
    /// <summary>Formats the comparison as Markdown.</summary>
    /// <exception cref="InvalidDataException">There are not enough points.</exception>
    public static string Write(IReadOnlyList<MeasuredPoint> points)
    {
        var times = Fit.Of(points);
        var text = new StringBuilder();
        text.AppendLine(Measured.Source).AppendLine().AppendLine(Fit.Explanation);
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"""

            A round trip takes {Measured.RoundTripMilliseconds:0.00} ms without added latency, and {times.DecisionShare:P0} of the servers' time for a usage is assumed to pass inside the transaction.
            The load generator takes {times.LoadUsage:0} µs for a usage. The other times in µs, as options of `simulate`:
            `--api-usage {times.ApiUsage:0} --api-command {times.ApiCommand:0} --database-usage {times.DatabaseUsage:0} --database-command {times.DatabaseCommand:0} --flush {times.LogFlush:0}`

            | replicas | organisations | added latency | usages/s measured | simulated | error | group measured | simulated | p50 measured | simulated | |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
            """);
        foreach (var point in points)
        {
            var result = Simulator.Run(Fit.ScenarioOf(point, times));
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {point.Replicas} | {point.Organisations} | {point.LatencyMilliseconds:0.#} ms | {point.PerSecond:N0} | {result.PerSecond:N0} | {(result.PerSecond / point.PerSecond) - 1:+0 %;-0 %} | {point.Group:0.0} | {result.Group:0.0} | {point.P50:0.0} ms | {result.Latency(0.5):0.0} ms | {(Fit.Uses(point) ? "fit" : "")} |");
        }

        return text.ToString();
    }
}
