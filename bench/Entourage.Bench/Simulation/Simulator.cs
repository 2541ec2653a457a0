namespace Entourage.Bench.Simulation;

/// <summary>Simulates clients, replicas and their database.</summary>
internal sealed class Simulator
{
    private readonly Scenario scenario;
    private readonly Clock clock = new();
    private readonly RandomSource random;
    private readonly Cores databaseCores;
    private readonly Cores[] apiCores;
    private readonly Database database;
    private readonly Replica[] replicas;
    private readonly Observations observed;

    // The share of the organisations up to each one.
    private readonly double[] shares;

    private Simulator(Scenario scenario)
    {
        this.scenario = scenario;
        random = new(scenario.Seed);
        observed = new(clock, scenario.WarmUpSeconds, scenario.Organisations);
        var shared = scenario.SharedCores > 0 ? new Cores(clock, scenario.SharedCores) : null;
        databaseCores = shared ?? new(clock, scenario.DatabaseCores);
        apiCores = [.. Enumerable.Range(0, scenario.Replicas).Select(_ => shared ?? new Cores(clock, scenario.ApiCores))];
        database = new(clock, scenario, databaseCores);
        replicas = [.. apiCores.Select(cores => new Replica(clock, scenario, cores, database, observed))];
        shares = SharesOf(scenario);
    }

    /// <summary>Runs a simulation. The same scenario always has the same result.</summary>
    public static Result Run(Scenario scenario) => new Simulator(scenario).Run();

    private Result Run()
    {
        if (scenario.Rate > 0)
        {
            clock.Start(ArriveAsync);
        }
        else
        {
            for (var client = 0; client < scenario.Clients; client++)
            {
                // As in the benchmark: a client stays with its organisation, whose clients are spread over the replicas.
                var (organisation, replica) = (OrganisationAt((client + 0.5) / scenario.Clients), replicas[client % replicas.Length]);
                clock.Start(() => RepeatAsync(organisation, replica));
            }
        }

        clock.Run(scenario.WarmUpSeconds);
        var before = Use.Of(this);
        clock.Run(scenario.WarmUpSeconds + scenario.Seconds);
        var after = Use.Of(this);
        return new(scenario, observed)
        {
            DatabaseUse = (after.Database - before.Database) / scenario.Seconds / databaseCores.Count,
            ApiUse = (after.Api - before.Api) / scenario.Seconds / apiCores.Sum(cores => cores.Count),
            LogUse = (after.Log - before.Log) / scenario.Seconds,
            FlushesPerSecond = (after.Flushes - before.Flushes) / scenario.Seconds,
        };
    }

    private async Task ArriveAsync()
    {
        while (true)
        {
            await clock.WaitAsync(random.NextInterval(1 / scenario.Rate));
            var (organisation, replica) = (OrganisationAt(random.Next()), replicas[(int)(random.Next() * replicas.Length)]);
            clock.Start(() => RecordAsync(organisation, replica));
        }
    }

    private async Task RepeatAsync(int organisation, Replica replica)
    {
        // Not all at once.
        await clock.WaitAsync(random.Next() * Math.Max(scenario.PauseMilliseconds / 1e3, 1e-3));
        while (true)
        {
            await RecordAsync(organisation, replica);
            if (scenario.PauseMilliseconds > 0)
            {
                await clock.WaitAsync(random.NextInterval(scenario.PauseMilliseconds / 1e3));
            }
        }
    }

    private async Task RecordAsync(int organisation, Replica replica)
    {
        var sent = clock.Now;
        if (scenario.SharedCores > 0)
        {
            await databaseCores.UseAsync(scenario.Times.LoadUsage / 1e6);
        }

        observed.Answer(organisation, sent, await replica.RecordAsync(organisation));
    }

    private int OrganisationAt(double share)
    {
        var at = Array.BinarySearch(shares, share);
        return Math.Min(at < 0 ? ~at : at + 1, shares.Length - 1);
    }

    private static double[] SharesOf(Scenario scenario)
    {
        double[] weights = [.. Enumerable.Range(1, scenario.Organisations).Select(rank => Math.Pow(rank, -scenario.Skew))];
        var (total, sum) = (weights.Sum(), 0.0);
        return [.. weights.Select(weight => (sum += weight) / total)];
    }

    private readonly record struct Use(double Database, double Api, double Log, long Flushes)
    {
        public static Use Of(Simulator simulator) => new(
            simulator.databaseCores.Busy,
            simulator.apiCores.Sum(cores => cores.Busy),
            simulator.database.Log.Busy,
            simulator.database.Log.Flushes);
    }
}
