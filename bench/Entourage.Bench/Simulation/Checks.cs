using System.Globalization;

namespace Entourage.Bench.Simulation;

/// <summary>Compares the simulator with what queueing theory says of cases that have a formula.</summary>
internal static class Checks
{
    // Processor and log times of a few microseconds, so that nothing but what a check is about matters.
    private static readonly ServiceTimes Light = new()
    {
        ApiUsage = 0,
        ApiCommand = 0,
        DatabaseUsage = 0,
        DatabaseCommand = 100,
        LogFlush = 400,
    };

    /// <summary>Runs all checks.</summary>
    /// <param name="output">Where the results go.</param>
    /// <returns>Whether all succeeded.</returns>
    public static bool Run(TextWriter output)
    {
        var all = true;
        output.WriteLine("| check | expected | simulated | error | allowed | |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var (name, expected, simulated, allowed) in (IEnumerable<Check>)
            [
                LightLoad(), .. Saturated(), OneCore(), LittlesLaw(), .. Utilisation(), .. LogRate(), SameSeed(), OtherSeed(),
            ])
        {
            var error = expected == 0 ? Math.Abs(simulated) : Math.Abs((simulated / expected) - 1);
            var succeeded = error <= allowed;
            all &= succeeded;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {expected:0.###} | {simulated:0.###} | {error:P2} | {allowed:P2} | {(succeeded ? "ok" : "**wrong**")} |"));
        }

        return all;
    }

    private static Check LightLoad()
    {
        // Nobody meets anybody: lock, read, write.
        var scenario = new Scenario { Rate = 1, Organisations = 1, RoundTripMilliseconds = 5, Seconds = 500, Times = Light };
        return new("a lone usage: 3 round trips + 3 commands + flush (p50, ms)", 15 + 0.3 + 0.4, Simulator.Run(scenario).Latency(0.5), 0.0001);
    }

    private static IEnumerable<Check> Saturated()
    {
        foreach (var latency in new[] { 0.5, 1, 2, 5 })
        {
            var (command, group) = (CommandOf(latency), GroupOf(latency));

            // A turn is one lock and as many groups of 2 round trips as begin to commit within it.
            var groups = 1 + Math.Ceiling((Full.TurnMilliseconds - command) / group);
            var result = Simulator.Run(Full with { Replicas = 1, RoundTripMilliseconds = latency });
            yield return new(
                $"one full organisation at {latency} ms, one replica: usages/s × (2 round trips + service, and a lock each turn) (group size)",
                Full.Rate * (group + (command / groups)) / 1e3,
                result.Group,
                0.01);
        }

        foreach (var latency in new[] { 0.5, 1, 2, 5 })
        {
            // While one replica writes, the lock request of the other waits in the database, so passing the lock costs nothing.
            var result = Simulator.Run(Full with { Replicas = 2, RoundTripMilliseconds = latency });
            yield return new(
                $"the same at {latency} ms, two replicas: 1 / (2 round trips + service) (groups/s)", 1e3 / GroupOf(latency), result.GroupsPerSecond, 0.01);
        }
    }

    private static double CommandOf(double latency) => latency + (Light.DatabaseCommand / 1e3);

    private static double GroupOf(double latency) => (2 * CommandOf(latency)) + (Light.LogFlush / 1e3);

    private static Check OneCore()
    {
        // M/D/1: the mean time in the system is s + ρ s / (2 (1 - ρ)).
        const double Service = 0.001;
        const double Load = 0.7;
        var (clock, random, total, count) = (new Clock(), new RandomSource(7), 0.0, 0);
        var cores = new Cores(clock, count: 1, slice: 1);
        clock.Start(ArriveAsync);
        clock.Run(2_000);
        return new("work on one core at 70 % load, M/D/1 (ms)", 1e3 * (Service + (Load * Service / (2 * (1 - Load)))), 1e3 * total / count, 0.01);

        async Task ArriveAsync()
        {
            while (true)
            {
                await clock.WaitAsync(random.NextInterval(Service / Load));
                clock.Start(WorkAsync);
            }
        }

        async Task WorkAsync()
        {
            var arrived = clock.Now;
            await cores.UseAsync(Service);
            (total, count) = (total + clock.Now - arrived, count + 1);
        }
    }

    private static Check LittlesLaw()
    {
        var result = Simulator.Run(Usual);
        return new("clients = usages/s × (latency + pause), Little's law", Usual.Clients, result.PerSecond * (result.Mean + Usual.PauseMilliseconds) / 1e3, 0.01);
    }

    private static IEnumerable<Check> Utilisation()
    {
        var (result, times) = (Simulator.Run(Usual), Usual.Times);
        yield return new(
            "use of the database's cores = rate × time of each usage, utilisation law",
            ((result.PerSecond * times.DatabaseUsage) + (result.RoundTripsPerSecond * times.DatabaseCommand)) / 1e6 / Usual.DatabaseCores,
            result.DatabaseUse,
            0.01);
        yield return new(
            "use of the replicas' cores, the same",
            ((result.PerSecond * times.ApiUsage) + (result.RoundTripsPerSecond * times.ApiCommand)) / 1e6 / (Usual.ApiCores * Usual.Replicas),
            result.ApiUse,
            0.01);
        yield return new("use of the log = flushes × time of each", result.FlushesPerSecond * times.LogFlush / 1e6, result.LogUse, 0.01);

        // Many organisations on two cores: as many usages as the cores can do.
        var bound = Usual with { Organisations = 200, Clients = 2_000, PauseMilliseconds = 0, DatabaseCores = 2, ApiCores = 64 };
        var full = Simulator.Run(bound);
        yield return new(
            "a database whose cores are full: cores / time of each usage (usages/s)",
            bound.DatabaseCores * 1e6 / (times.DatabaseUsage + (full.RoundTripsPerSecond / full.PerSecond * times.DatabaseCommand)),
            full.PerSecond,
            0.02);
    }

    private static IEnumerable<Check> LogRate()
    {
        // Large rows on a slow log.
        var scenario = Usual with { Clients = 2_000, PauseMilliseconds = 0, LogMegabytesPerSecond = 2, LogBytesPerGroup = 0, DatabaseCores = 64, ApiCores = 64 };
        var slow = scenario with { Times = scenario.Times with { LogFlush = 0 } };
        yield return new("a log whose rate is reached: rate / bytes of each usage (usages/s)", 2e6 / slow.LogBytesPerUsage, Simulator.Run(slow).PerSecond, 0.03);
    }

    private static Check SameSeed() => new(
        "difference of two runs with the same seed", 0, Math.Abs(Simulator.Run(Random).Mean - Simulator.Run(Random).Mean), 0);

    private static Check OtherSeed() => new(
        "whether another seed gives another result", 1, Simulator.Run(Random).Mean != Simulator.Run(Random with { Seed = 2 }).Mean ? 1 : 0, 0);

    // Usages always wait.
    private static Scenario Full { get; } = new() { Organisations = 1, Rate = 20_000, Times = Light };

    private static Scenario Usual { get; } = new() { Organisations = 20, Skew = 1, Clients = 100, PauseMilliseconds = 50, Seconds = 60 };

    private static Scenario Random { get; } = new() { Rate = 500, Organisations = 20, Skew = 1 };

    private sealed record Check(string Name, double Expected, double Simulated, double Allowed);
}
