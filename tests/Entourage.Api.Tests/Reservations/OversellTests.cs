using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Reservations;

/// <summary>Concurrent callers of several servers are never granted more than the budget (rules 3, 7 and 11).</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class OversellTests(Store store)
{
    private static readonly int Rounds = Depth.Of(usual: 2, full: 20);
    private const int Replicas = 3;
    private const int Callers = 64;
    private const int Sessions = 8;
    private const int CapCents = 1_000;
    private const int EstimateCents = 7;
    private const int MaxGrants = CapCents / EstimateCents;

    private readonly List<ApiProcess> replicas = [];
    private TestDatabase database = null!;

    // A time zone where the day does not end during the test.
    private static string Zone => TimeProvider.System.GetUtcNow().Hour is > 3 and < 21 ? "UTC" : "Asia/Tokyo";

    [SetUp]
    public async Task StartAsync()
    {
        database = await TestDatabase.CreateAsync(store);
        await Task.WhenAll(Enumerable.Range(0, Replicas).Select(async _ =>
        {
            var replica = await ApiProcess.StartAsync(database);
            lock (replicas)
            {
                replicas.Add(replica);
            }
        }));
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }

        replicas.Clear();
        await (database?.DisposeAsync() ?? default);
    }

    [Test]
    public async Task Sixty_four_callers_of_three_servers_are_never_granted_more_than_the_budget()
    {
        for (var round = 0; round < Rounds; round++)
        {
            // Every other round releases part of what was granted, so that it can be granted again.
            await RunRoundAsync(round, costsLess: round % 2 == 1);
        }

        var (exitCode, output) = await ApiProcess.RunAsync(database, "verify");
        Assert.That(exitCode, Is.Zero, output);
    }

    private async Task RunRoundAsync(int round, bool costsLess)
    {
        var team = await replicas[round % Replicas].Api.CreateTeamAsync(Zone);
        await team.ConfigureAsync(new { daily_cost_limit_usd = Usd(CapCents) });
        var sessions = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(_ => team.StartAsync()));
        var taken = new Taken();
        var callers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i =>
            CallAsync(i, team.Agent, sessions[i % Sessions], new Random((round * Callers) + i), costsLess, taken)));
        var kept = callers.SelectMany(caller => caller.Kept).ToArray();
        var spent = callers.Sum(caller => caller.SpentCents);

        Assert.That(callers.Sum(caller => caller.Grants), costsLess ? Is.GreaterThanOrEqualTo(MaxGrants) : Is.EqualTo(MaxGrants));
        Assert.That(taken.Cents, Is.EqualTo(spent + (kept.Length * EstimateCents)).And.InRange(MaxGrants * EstimateCents, CapCents));
        foreach (var replica in replicas)
        {
            var budget = await (team with { Api = replica.Api }).BudgetAsync();
            CheckBudget(budget);
            Assert.That((budget.Usd("daily_spent_usd"), budget.Usd("reserved_usd")), Is.EqualTo((Usd(spent), Usd(kept.Length * EstimateCents))));
        }

        // Nothing is lost: any server can commit or release what was kept, whichever granted it.
        await Task.WhenAll(kept.Select(async (grant, i) =>
        {
            var api = replicas[i % Replicas].Api;
            if (i % 2 == 0)
            {
                Assert.That((await CommitAsync(api, grant, EstimateCents)).Usd("overrun_usd"), Is.Zero);
            }
            else
            {
                Assert.That((await api.SendAsync(HttpMethod.Delete, $"/reservations/{grant.Id}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
            }
        }));
        var end = await team.BudgetAsync();
        var committed = (kept.Length + 1) / 2 * EstimateCents;
        Assert.That((end.Usd("daily_spent_usd"), end.Usd("reserved_usd")), Is.EqualTo((Usd(spent + committed), 0m)));
    }

    /// <summary>Reserves from the servers in turn until refused, commits some of the grants, and keeps some.</summary>
    private async Task<Caller> CallAsync(int number, string agent, long session, Random random, bool costsLess, Taken taken)
    {
        var caller = new Caller();
        for (var turn = number; ; turn++)
        {
            var api = replicas[turn % Replicas].Api;
            var answer = await api.PostAsync($"/sessions/{session}/reservations", new { estimated_cost_usd = Usd(EstimateCents) });
            if (answer.Status == HttpStatusCode.PaymentRequired)
            {
                CheckRefusal(answer);
                return caller;
            }

            var granted = answer.Created;
            CheckBudget(granted["budget"]!);
            taken.Add(EstimateCents);
            var grant = new Grant(session, granted.Text("id")!);
            caller.Grants++;
            if (random.Next(3) == 0)
            {
                caller.Kept.Add(grant);
                CheckBudget((await api.GetAsync($"/agents/{agent}/budget")).Ok);
                continue;
            }

            // Counted as released before another caller can be granted it.
            var cost = costsLess ? random.Next(1, EstimateCents) : EstimateCents;
            taken.Add(cost - EstimateCents);
            var usage = await CommitAsync(replicas[random.Next(Replicas)].Api, grant, cost);
            CheckBudget(usage["budget"]!);
            Assert.That(usage.Usd("overrun_usd"), Is.Zero);
            caller.SpentCents += cost;
        }
    }

    private static async Task<JsonNode> CommitAsync(ApiClient api, Grant grant, int cents) => (await api.PostAsync(
        $"/sessions/{grant.Session}/usage",
        new { input_tokens = 1, output_tokens = 1, cost_usd = Usd(cents), reservation_id = grant.Id })).Ok;

    private static void CheckBudget(JsonNode answer)
    {
        var budget = answer.Items("budgets").Single();
        CheckPosition(budget);
        Assert.That(answer.Usd("daily_spent_usd") + answer.Usd("reserved_usd"), Is.LessThanOrEqualTo(Usd(CapCents)));
    }

    private static void CheckRefusal(Answer answer)
    {
        Assert.That(answer.Header("x-should-retry"), Is.EqualTo("false"));
        Assert.That(answer.Json.Text("type"), Is.EqualTo("/problems/budget-exceeded"));
        Assert.That(answer.Json.Usd("max_reservable_usd"), Is.InRange(0m, Usd(EstimateCents - 1)));
        CheckPosition(answer.Json["budget"]!);
    }

    private static void CheckPosition(JsonNode budget)
    {
        var (limit, spent, reserved) = (budget.Usd("limit_usd"), budget.Usd("spent_usd"), budget.Usd("reserved_usd"));
        Assert.That((budget.Text("scope"), budget.Text("period"), limit), Is.EqualTo(("team", "day", Usd(CapCents))));
        Assert.That(spent, Is.Not.Negative);
        Assert.That(reserved, Is.Not.Negative);
        Assert.That(budget.Usd("remaining_usd"), Is.EqualTo(limit - spent - reserved).And.Not.Negative);
    }

    private static decimal Usd(int cents) => cents / 100m;

    private sealed record Grant(long Session, string Id);

    private sealed class Caller
    {
        public int Grants { get; set; }

        public int SpentCents { get; set; }

        public List<Grant> Kept { get; } = [];
    }

    /// <summary>A lower bound of what is taken at any moment: what was granted minus what may have been released.</summary>
    private sealed class Taken
    {
        private int cents;

        public int Cents => cents;

        public void Add(int more) => Assert.That(Interlocked.Add(ref cents, more), Is.LessThanOrEqualTo(CapCents));
    }
}
