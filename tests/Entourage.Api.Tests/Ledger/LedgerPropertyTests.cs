using System.Net;
using CsCheck;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>After random steps, every total is the sum of the acknowledged usages (rules 2, 5, 8 and 9).</summary>
internal sealed class LedgerPropertyTests(Store store) : ApiFixture(store)
{
    private const int Agents = 2;
    private const int Tasks = 2;
    private const int Sessions = 4;

    private static readonly Gen<Use> Uses = Gen.Select(
        Gen.Int[0, Sessions - 1],
        Gen.Frequency((3, Gen.Long[0, 5_000_000_000]), (1, Gen.Long[0, 3])),
        Gen.Int[0, 40 * 24 * 60],
        Gen.Int[0, 9],
        (session, nanos, minutesAgo, repeated) => new Use(session, nanos / 1_000_000_000m, TimeSpan.FromMinutes(minutesAgo % (29 * 24 * 60)), repeated == 0));

    [Test]
    public async Task Every_total_is_the_sum_of_the_acknowledged_usages() =>
        await Gen.Select(Uses.Array[1, 60], Gen.OneOf(["UTC", "America/New_York", "Asia/Kathmandu"])).SampleAsync(
            async (uses, zone) => await CheckSequenceAsync(uses, zone), iter: 12, threads: 1, print: run => $"{run.Item1.Length} usages in {run.Item2}");

    private async Task CheckSequenceAsync(Use[] uses, string zone)
    {
        var team = await Api.CreateTeamAsync(zone);
        string[] agents = [team.Agent, await Api.CreateAgentAsync(team.Id, "eng-2")];
        long[] tasks = [await team.CreateTaskAsync(), await team.CreateTaskAsync()];
        var sessions = new long[Sessions];
        for (var i = 0; i < Sessions; i++)
        {
            // The last session is a sub-agent's below the first.
            sessions[i] = await team.StartAsync(tasks[i % Tasks], agents[i % Agents], i == Sessions - 1 ? sessions[0] : null);
        }

        var now = Host.Clock.GetUtcNow();
        await Task.WhenAll(uses.Select(async (use, i) =>
        {
            for (var time = 0; time < (use.SentTwice ? 2 : 1); time++)
            {
                await team.UseAsync(sessions[use.Session], use.Usd, now - use.Ago, $"use-{i}");
            }
        }));

        var calendar = Domain.Budgets.BudgetCalendar.Of(zone);
        var today = calendar.DateOf(now);
        var costs = await team.CostsAsync();
        Assert.That(costs.Usd("total_cost_usd"), Is.EqualTo(uses.Sum(use => use.Usd)));
        Assert.That(
            costs.Items("by_day").Where(row => row.Usd("cost_usd") > 0).Select(row => (row.Text("day"), row.Usd("cost_usd"))),
            Is.EqualTo(uses.Where(use => use.Usd > 0).GroupBy(use => calendar.DateOf(now - use.Ago)).OrderBy(day => day.Key)
                .Select(day => ($"{day.Key:yyyy-MM-dd}", (decimal?)day.Sum(use => use.Usd)))));
        Assert.That(
            (await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(uses.Where(use => calendar.DateOf(now - use.Ago) == today).Sum(use => use.Usd)));
        for (var i = 0; i < Sessions; i++)
        {
            var shown = (await Api.GetAsync($"/sessions/{sessions[i]}")).Expect(HttpStatusCode.OK);
            Assert.That(shown.Usd("cost_usd"), Is.EqualTo(CostOf(use => use.Session == i)));
            Assert.That(shown.Usd("tree_cost_usd"), Is.EqualTo(CostOf(use => use.Session == i || (i == 0 && use.Session == Sessions - 1))));
        }

        for (var i = 0; i < Tasks; i++)
        {
            Assert.That((await Api.GetAsync($"/tasks/{tasks[i]}")).Ok.Usd("spent_usd"), Is.EqualTo(CostOf(use => use.Session % Tasks == i)));
        }

        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);

        decimal CostOf(Func<Use, bool> which) => uses.Where(which).Sum(use => use.Usd);
    }

    private sealed record Use(int Session, decimal Usd, TimeSpan Ago, bool SentTwice);
}
