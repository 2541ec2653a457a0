using System.Globalization;
using Entourage.Testing;

namespace Entourage.Api.Tests.Budgets;

/// <summary>No total is too large to record, and figures of one agent never affect others (rule 12).</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class TotalsTests(Store store)
{
    // 10,000 of these exceed 64 bits of nano-dollars.
    private const decimal Largest = 999_999.123456789m;
    private const decimal Large = 10_000 * Largest;

    private ApiHost host = null!;
    private TestTeam team = null!;
    private TestTeam neighbour = null!;
    private string colleague = null!;
    private long task;
    private long session;

    [SetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartAsync(store);
        neighbour = await host.Api.CreateTeamAsync();
        team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1_000_000m, enforcement = "observe" });
        colleague = await host.Api.CreateAgentAsync(team.Id, "eng-2");
        task = await team.CreateTaskAsync();
        session = await team.StartAsync(task);
    }

    [TearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [Test]
    public async Task Usage_beyond_64_bits_of_nano_dollars_is_recorded_and_every_figure_is_exact()
    {
        await SpendAsync(session);
        var other = await team.StartAsync(task, colleague);
        var answer = await team.UseAsync(other, 0.000000001m);

        const decimal Sum = Large + 0.000000001m;
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(Large));
        Assert.That((await team.SessionAsync(session)).Usd("tree_cost_usd"), Is.EqualTo(Large));
        Assert.That((await team.SessionAsync(other)).Usd("cost_usd"), Is.EqualTo(0.000000001m));
        Assert.That((await host.Api.GetAsync($"/tasks/{task}")).Ok.Usd("spent_usd"), Is.EqualTo(Sum));
        Assert.That(answer["budget"]!.Usd("daily_spent_usd"), Is.EqualTo(Sum));
        Assert.That(answer["budget"]!.Usd("daily_remaining_usd"), Is.EqualTo(1_000_000m - Sum));
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(Sum));
        Assert.That((await team.BudgetAsync(colleague, task)).Usd("task_spent_usd"), Is.EqualTo(Sum));
        await EnsureReportsAsync(Sum);
        await host.SummariseAsync();
        await EnsureReportsAsync(Sum);

        await team.ConfigureAsync(new { timezone = "Asia/Kathmandu" });
        await EnsureReportsAsync(Sum);
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(Sum));
        await EnsureVerifiedAsync();
    }

    [Test]
    public async Task Hard_caps_refuse_and_lift_with_totals_beyond_64_bits()
    {
        await team.ConfigureAsync(new { enforcement = "hard" });
        await SpendAsync(session);

        var refused = await team.ReserveAsync(session, 1m);
        Assert.That((int)refused.Status, Is.EqualTo(402));
        Assert.That(refused.Json["budget"]!.Usd("remaining_usd"), Is.EqualTo(1_000_000m - Large));
        Assert.That((await team.UseAsync(session, 1m)).Flag("stop"), Is.True);

        host.Clock.Advance(TimeSpan.FromDays(1));
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.Zero);
        Assert.That(await team.CreateReservationAsync(session, 999_999m), Is.Not.Empty);
        await EnsureVerifiedAsync();
    }

    [Test]
    public async Task Reservations_beyond_64_bits_are_granted_committed_and_released()
    {
        _ = (await host.Api.SendAsync(HttpMethod.Put, "/prices/gold", new { input_usd_per_mtok = 1_000_000m, output_usd_per_mtok = 1_000_000m })).Ok;
        var reservations = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var reserved = (await host.Api.PostAsync(
                $"/sessions/{session}/reservations", new { model = "gold", input_tokens = 1_000_000_000, max_output_tokens = 1_000_000_000, ttl_seconds = 3_600 })).Created;
            Assert.That(reserved.Usd("amount_usd"), Is.EqualTo(2_000_000_000m));
            reservations.Add(reserved.Text("id")!);
        }

        Assert.That((await team.SessionAsync(session)).Usd("reserved_usd"), Is.EqualTo(12_000_000_000m));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.EqualTo(12_000_000_000m));
        await EnsureVerifiedAsync();

        await host.Api.SendAsync(HttpMethod.Delete, $"/reservations/{reservations[0]}", null);
        var used = await team.UseAsync(session, 1.5m, reservation: reservations[1]);
        Assert.That((used.Usd("reserved_usd"), used["budget"]!.Usd("reserved_usd")), Is.EqualTo((8_000_000_000m, 8_000_000_000m)));
        await team.ConfigureAsync(new { timezone = "Asia/Kathmandu" });
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.EqualTo(8_000_000_000m));
        await EnsureVerifiedAsync();

        _ = (await host.Api.PostAsync($"/sessions/{session}/end", null)).Ok;
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
        await EnsureVerifiedAsync();
    }

    [Test]
    public async Task Maximum_tokens_at_the_highest_rates_are_priced_immediately_and_late()
    {
        var price = new { input_usd_per_mtok = 1_000_000m, output_usd_per_mtok = 1_000_000m, cache_read_usd_per_mtok = 1_000_000m, cache_write_usd_per_mtok = 1_000_000m };
        var most = new { input_tokens = 1_000_000_000, output_tokens = 1_000_000_000, cache_read_tokens = 1_000_000_000, cache_write_tokens = 1_000_000_000 };
        await team.ConfigureAsync(new { unpriced_models = "record" });
        await UseMostAsync();
        await UseMostAsync();
        Assert.That((await team.CostsAsync()).Number("unpriced_tokens"), Is.EqualTo(8_000_000_000));

        _ = (await host.Api.SendAsync(HttpMethod.Put, $"/prices/{ApiClient.UnlistedModel}", price)).Ok;
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(8_000_000_000m));
        await UseMostAsync();
        await UseMostAsync();

        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(16_000_000_000m));
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(16_000_000_000m));
        await EnsureVerifiedAsync();

        async Task UseMostAsync() => _ = (await host.Api.PostAsync($"/sessions/{session}/usage", most)).Ok;
    }

    [Test]
    public async Task Imputed_costs_beyond_64_bits_are_exact()
    {
        await SpendAsync(session, "subscription");

        var costs = await team.CostsAsync();
        Assert.That((costs.Usd("total_imputed_cost_usd"), costs.Usd("total_cost_usd")), Is.EqualTo((Large, 0m)));
        Assert.That((await team.SessionAsync(session)).Usd("imputed_cost_usd"), Is.EqualTo(Large));
        await EnsureVerifiedAsync();
    }

    [Test]
    public async Task Session_with_its_sub_agents_passes_64_bits()
    {
        var child = await team.StartAsync(parent: session);
        await SpendAsync(session, batches: 5);
        await SpendAsync(child, batches: 5);

        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(Large / 2));
        Assert.That((await team.SessionAsync(session)).Usd("tree_cost_usd"), Is.EqualTo(Large));
        await EnsureVerifiedAsync();
    }

    [Test]
    public async Task Compaction_keeps_totals_beyond_64_bits()
    {
        await SpendAsync(session);
        var before = await team.CostsAsync();
        host.Clock.Advance(TimeSpan.FromDays(40));

        var folded = await host.CompactAsync(TimeSpan.FromDays(31));

        Assert.That(folded.Records, Is.EqualTo(10_000));
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(before.Usd("total_cost_usd")));
        await EnsureVerifiedAsync();
        await host.ExecuteAsync($"DELETE FROM UsageRollups");
        await host.ExecuteAsync($"DELETE FROM BudgetCounters");
        await host.VerifyAsync(repair: true);
        await EnsureVerifiedAsync();
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(Large));
    }

    /// <summary>Reports usages in batches of 1,000.</summary>
    private async Task SpendAsync(long of, string billing = "api", int batches = 10)
    {
        var items = Enumerable.Range(0, 1_000).Select(_ => new { session_id = of, input_tokens = 1_000_000_000, output_tokens = 1, cost_usd = Largest, billing }).ToArray();
        for (var i = 0; i < batches; i++)
        {
            var answered = (await host.Api.PostAsync("/sessions/usage/batch", new { items })).Ok.Items("items");
            Assert.That(answered.Select(item => item.Number("status")), Is.All.EqualTo(200));
        }
    }

    private async Task EnsureReportsAsync(decimal sum)
    {
        foreach (var query in new[] { "", "?period=today", "?period=7d", $"?task_id={task}" })
        {
            var costs = await team.CostsAsync(query);
            Assert.That(costs.Usd("total_cost_usd"), Is.EqualTo(sum), query);
            Assert.That(costs.Items("by_agent").Sum(row => row.Usd("cost_usd")), Is.EqualTo(sum), query);
            Assert.That(costs.Items("by_model").Sum(row => row.Usd("cost_usd")), Is.EqualTo(sum), query);
            Assert.That(costs.Items("by_day").Sum(row => row.Usd("cost_usd")), Is.EqualTo(sum), query);
            Assert.That(costs.Items("sessions").Sum(row => row.Usd("cost_usd")), Is.EqualTo(sum), query);
        }

        var organisation = (await host.Api.GetAsync($"/orgs/{team.Organisation}/costs")).Ok;
        Assert.That(organisation.Usd("total_cost_usd"), Is.EqualTo(sum));
        Assert.That(organisation.Usd("forecast_month_usd"), Is.GreaterThanOrEqualTo(sum));
        var trial = (await host.Api.GetAsync($"/teams/{team.Id}/costs/what-if?daily_cost_limit_usd=5")).Ok;
        Assert.That((trial.Usd("total_spent_usd"), trial.Usd("total_stopped_usd")), Is.EqualTo((sum, sum - 5m)));
        var table = (await host.Api.GetAsync($"/teams/{team.Id}/costs?format=csv")).Text;
        Assert.That(table, Does.Contain(string.Create(CultureInfo.InvariantCulture, $",{Large:0.00#######},")));
        var invoice = new { invoice = new[] { new { model = ApiClient.UnlistedModel, cost_usd = 0.000000001m } } };
        var reconciled = (await host.Api.PostAsync($"/teams/{team.Id}/costs/reconcile", invoice)).Ok;
        Assert.That(reconciled.Usd("total_difference_usd"), Is.EqualTo(sum - 0.000000001m));
        Assert.That(reconciled.Usd("total_difference_percent"), Is.EqualTo((sum - 0.000000001m) * 100_000_000_000m));
    }

    private async Task EnsureVerifiedAsync()
    {
        var report = await host.VerifyAsync();
        Assert.That(report.Differences.Concat(report.Problems), Is.Empty);

        // Another organisation, and another agent of this one, are unaffected.
        Assert.That((await neighbour.UseAsync(await neighbour.StartAsync(), 0.25m)).Usd("cost_usd"), Is.EqualTo(0.25m));
        Assert.That((await team.UseAsync(await team.StartAsync(agent: colleague), 0m)).Usd("cost_usd"), Is.Zero);
    }
}
