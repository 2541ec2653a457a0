using System.Globalization;

namespace Entourage.Bench.Simulation;

/// <summary>Simulates replicas on SQL Server at sizes and latencies that this machine cannot show.</summary>
internal static class SimulateCommand
{
    /// <summary>The name of the command.</summary>
    public const string Name = "simulate";

    private static readonly Dictionary<string, (string Help, Func<Scenario, double, Scenario> Apply)> Options = new()
    {
        ["--replicas"] = ("replicas", (scenario, value) => scenario with { Replicas = Whole(value) }),
        ["--organisations"] = ("organisations", (scenario, value) => scenario with { Organisations = Whole(value) }),
        ["--skew"] = ("organisation k has a share in proportion to 1/k^skew; 0: all the same", (scenario, value) => scenario with { Skew = value }),
        ["--clients"] = ("clients that wait for their answers", (scenario, value) => scenario with { Clients = Whole(value) }),
        ["--pause"] = ("their mean pause between usages in ms", (scenario, value) => scenario with { PauseMilliseconds = value }),
        ["--rate"] = ("usages a second at random instead of clients", (scenario, value) => scenario with { Rate = value }),
        ["--latency"] = ("round trip to the database in ms", (scenario, value) => scenario with { RoundTripMilliseconds = value }),
        ["--database-cores"] = ("cores of the database", (scenario, value) => scenario with { DatabaseCores = Whole(value) }),
        ["--api-cores"] = ("cores of each replica", (scenario, value) => scenario with { ApiCores = Whole(value) }),
        ["--shared-cores"] = ("cores that all share; 0: each has its own", (scenario, value) => scenario with { SharedCores = (int)value }),
        ["--api-usage"] = ("µs of a replica for a usage", (scenario, value) => With(scenario, times => times with { ApiUsage = value })),
        ["--api-command"] = ("µs of a replica for a command", (scenario, value) => With(scenario, times => times with { ApiCommand = value })),
        ["--decision-share"] = ("part of --api-usage inside the transaction", (scenario, value) => With(scenario, times => times with { DecisionShare = value })),
        ["--database-usage"] = ("µs of the database for a usage", (scenario, value) => With(scenario, times => times with { DatabaseUsage = value })),
        ["--database-command"] = ("µs of the database for a command", (scenario, value) => With(scenario, times => times with { DatabaseCommand = value })),
        ["--flush"] = ("µs of a flush of the log", (scenario, value) => With(scenario, times => times with { LogFlush = value })),
        ["--log-usage"] = ("bytes of log for a usage", (scenario, value) => scenario with { LogBytesPerUsage = value }),
        ["--log-group"] = ("bytes of log for a group", (scenario, value) => scenario with { LogBytesPerGroup = value }),
        ["--log-rate"] = ("MB/s of the log; 0: no limit", (scenario, value) => scenario with { LogMegabytesPerSecond = value }),
        ["--turn"] = ("longest turn of a replica in ms", (scenario, value) => scenario with { TurnMilliseconds = value }),
        ["--seconds"] = ("seconds to measure", (scenario, value) => scenario with { Seconds = value }),
        ["--seed"] = ("seed of the random numbers", (scenario, value) => scenario with { Seed = (ulong)value }),
    };

    /// <summary>Runs the command.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments)
    {
        try
        {
            switch (arguments)
            {
                case ["--check"]:
                    return Checks.Run(Console.Out) ? 0 : 1;
                case ["--compare"] when Measured.Points.Count == 0:
                    Console.WriteLine("Measured.cs contains no points. Run the row sqlserver, and copy the lines that it prints.");
                    return 0;
                case ["--compare"]:
                    Console.WriteLine(Comparison.Write(Measured.Points));
                    return 0;
                default:
                    Console.WriteLine(Simulator.Run(Parse(arguments)));
                    return 0;
            }
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }
    }

    private static Scenario Parse(IReadOnlyList<string> arguments)
    {
        var scenario = new Scenario();
        for (var at = 0; at < arguments.Count; at += 2)
        {
            scenario = Options.TryGetValue(arguments[at], out var option)
                && at + 1 < arguments.Count
                && double.TryParse(arguments[at + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && value >= 0
                ? option.Apply(scenario, value)
                : throw new FormatException(Usage());
        }

        return scenario;
    }

    private static string Usage()
    {
        var lines = Options.Select(option => $"  {option.Key,-20} {option.Value.Help}");
        return $"""
            Entourage.Bench simulate --check | --compare | [option number]...
              --check              compares the simulator with formulas of queueing theory
              --compare            compares it with measured points
            {string.Join('\n', lines)}
            """;
    }

    private static Scenario With(Scenario scenario, Func<ServiceTimes, ServiceTimes> change) => scenario with { Times = change(scenario.Times) };

    private static int Whole(double value) => value >= 1 && value == Math.Floor(value) ? (int)value : throw new FormatException($"{value} is not a whole number above 0.");
}
