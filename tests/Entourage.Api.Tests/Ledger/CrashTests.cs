using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>A server that is killed repeatedly at random moments loses nothing and counts nothing twice (rules 1, 2 and 5).</summary>
internal sealed class CrashTests(Store store) : DatabaseFixture(store)
{
    private static readonly int Kills = Depth.Of(usual: 3, full: 50);
    private const int KillsBetweenVerifications = 3;
    private const int MaxCalls = 240;
    private const int Seed = 7_741;

    [Test]
    public async Task Kills_under_load_lose_nothing_and_count_nothing_twice()
    {
        var random = new Random(Seed);
        var workloads = new List<Workload>();
        TestTeam? team = null;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var process = await ApiProcess.StartAsync(Database);
            team = team is null ? await process.Api.CreateTeamAsync() : team with { Api = process.Api };
            await CheckAsync(team, workloads, all: false);
            if (kill % KillsBetweenVerifications == 0)
            {
                await VerifyAsync();
            }

            workloads.Add(new Workload(team, kill));
            await workloads[^1].RunUntilKilledAsync(process, random.Next(1, MaxCalls));
        }

        await using var last = ApiHost.StartOn(Database);
        await CheckAsync(team! with { Api = last.Api }, workloads, all: true);
        Assert.That((await last.VerifyAsync()).Differences, Is.Empty);
        Assert.That(workloads.Count(workload => workload.CutOff > 0), Is.GreaterThan(Kills / 2), "the kills must interrupt calls");
    }

    private static async Task CheckAsync(TestTeam team, List<Workload> workloads, bool all)
    {
        if (workloads.Count > 0)
        {
            await workloads[^1].CheckAsync(team.Api);
        }

        if (all)
        {
            foreach (var workload in workloads)
            {
                await workload.RepeatAsync(team.Api);
            }
        }

        Assert.That((await team.CostsAsync("?period=all")).Usd("total_cost_usd"), Is.EqualTo(workloads.Sum(workload => workload.CostUsd)));
    }

    private async Task VerifyAsync()
    {
        var (exitCode, output) = await ApiProcess.RunAsync(Database, "verify");
        Assert.That(exitCode, Is.Zero, output);
    }
}
