using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Prices;

/// <summary>Usage of a model without a price counts at the assumed rates, 5 and 25 USD per million tokens, until a price arrives (rule 14).</summary>
internal sealed class AssumedPriceTests(Store store) : PriceFixture(store)
{
    private static readonly object MillionOfEach = new { input_usd_per_mtok = 1m, output_usd_per_mtok = 2m };

    [Test]
    public async Task Usage_without_cost_or_price_counts_at_the_assumed_rates_and_exhausts_the_cap()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        var session = await team.StartAsync();

        var usage = (await UseAsync(session, new
        {
            input_tokens = 400_000,
            output_tokens = 200_000,
            cache_read_tokens = 300_000,
            cache_write_tokens = 300_000,
            cache_write_1h_tokens = 100_000,
            model = Own,
        })).Ok;

        var record = (await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray().Single()!;
        var costs = await team.CostsAsync();
        Assert.Multiple(() =>
        {
            Assert.That((usage.Text("cost_source"), usage.Flag("estimated"), usage.Usd("cost_usd")), Is.EqualTo(("assumed", true, 10m)));
            Assert.That((usage.Flag("over_budget"), usage.Flag("stop")), Is.EqualTo((true, true)));
            Assert.That((record.Text("cost_source"), record.Flag("estimated"), record.Usd("cost_usd")), Is.EqualTo(("assumed", true, 10m)));
            Assert.That(record["price_id"], Is.Null);
            Assert.That((costs.Usd("total_cost_usd"), costs.Usd("assumed_cost_usd"), costs.Number("unpriced_tokens")), Is.EqualTo((10m, 10m, 0)));
            Assert.That(costs.Items("by_model").Select(row => (row.Text("model"), row.Usd("assumed_cost_usd"))), Does.Contain((Own, 10m)));
            Assert.That(costs.Items("sessions").Single().Usd("assumed_cost_usd"), Is.EqualTo(10m));
        });
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = team.Agent })).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        await EnsureVerifiedAsync(Host);
    }

    [TestCase(1, 2, 2, TestName = "Lower price returns the difference")]
    [TestCase(50, 20, 60, TestName = "Higher price adds the difference")]
    [TestCase(5, 25, 17.5, TestName = "Same price leaves the cost unchanged")]
    [TestCase(0, 0, 0, TestName = "Price of zero leaves no cost")]
    public async Task New_price_corrects_every_total(decimal input, decimal output, decimal expected)
    {
        var team = await Api.CreateTeamAsync("America/New_York");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 100m, task_cost_limit_usd = 50m });
        var session = await team.StartAsync(await team.CreateTaskAsync());
        var usage = new { input_tokens = 1_000_000, output_tokens = 500_000, model = Own };
        _ = (await UseAsync(session, usage)).Ok;
        await Host.SummariseAsync();
        Assert.That((await team.CostsAsync()).Usd("assumed_cost_usd"), Is.EqualTo(17.5m));
        await EnsureVerifiedAsync(Host);

        await SetAsync(Own, new { input_usd_per_mtok = input, output_usd_per_mtok = output });
        await SetAsync(Own, new { input_usd_per_mtok = 9m, output_usd_per_mtok = 9m });

        var records = (await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray();
        var correction = records[0]!;
        var (before, shown) = (await team.CostsAsync(), await team.SessionAsync(session));
        Assert.Multiple(() =>
        {
            Assert.That(records, Has.Count.EqualTo(2), "it is corrected once");
            Assert.That((correction.Usd("cost_usd"), correction.Text("cost_source")), Is.EqualTo((expected - 17.5m, "catalogue")));
            Assert.That((correction.Flag("estimated"), correction.Number("input_tokens")), Is.EqualTo((false, 0)));
            Assert.That(correction["price"]!.Usd("total_usd"), Is.EqualTo(expected));
            Assert.That((before.Usd("total_cost_usd"), before.Usd("assumed_cost_usd")), Is.EqualTo((expected, 0m)));
            Assert.That((shown.Usd("cost_usd"), shown.Usd("tree_cost_usd")), Is.EqualTo((expected, expected)));
        });
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(expected));
        await EnsureVerifiedAsync(Host);
        await Host.SummariseAsync();
        Assert.That((await team.CostsAsync()).ToJsonString(), Is.EqualTo(before.ToJsonString()));
        await EnsureVerifiedAsync(Host);
    }

    [Test]
    public async Task Assumed_usage_under_a_subscription_counts_against_no_cap_and_is_corrected()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();

        var usage = (await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 0, model = Own, billing = "subscription" })).Ok;
        var assumed = await team.CostsAsync();
        await SetAsync(Own, MillionOfEach);

        Assert.That((usage.Text("cost_source"), usage.Usd("cost_usd"), usage.Usd("imputed_cost_usd")), Is.EqualTo(("assumed", 0m, 5m)));
        Assert.That((assumed.Usd("total_imputed_cost_usd"), assumed.Usd("assumed_cost_usd")), Is.EqualTo((5m, 0m)), "it is not part of the total");
        Assert.That((await team.SessionAsync(session)).Usd("imputed_cost_usd"), Is.EqualTo(1m));
        await EnsureVerifiedAsync(Host);
    }

    [Test]
    public async Task Token_reservation_and_its_usage_are_priced_at_the_assumed_rates()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var session = await team.StartAsync();
        var path = $"/sessions/{session}/reservations";

        var reservation = (await Api.PostAsync(path, new { model = Own, input_tokens = 10_000, max_output_tokens = 10_000 })).Created;
        var tooMuch = await Api.PostAsync(path, new { model = Own, input_tokens = 10_000, max_output_tokens = 40_000 });
        var usage = (await UseAsync(session, new { input_tokens = 2_000, output_tokens = 400, model = Own, reservation_id = reservation.Text("id") })).Ok;

        Assert.That((reservation.Usd("amount_usd"), tooMuch.Status), Is.EqualTo((0.3m, HttpStatusCode.PaymentRequired)));
        Assert.That((usage.Text("cost_source"), usage.Usd("cost_usd"), usage.Usd("reserved_usd")), Is.EqualTo(("assumed", 0.02m, 0m)));
        await SetAsync(Own, MillionOfEach);
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(0.0028m));
        await EnsureVerifiedAsync(Host);
    }

    [Test]
    public async Task Alert_states_the_assumed_rates()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        _ = (await UseAsync(session, new { input_tokens = 1, output_tokens = 1, model = Own })).Ok;
        _ = (await UseAsync(session, new { input_tokens = 1, output_tokens = 1, model = Own })).Ok;

        var alert = (await Api.GetAsync($"/teams/{team.Id}/alerts?kind=unpriced_model")).Ok.AsArray().Single()!;

        Assert.That(
            alert.Text("message"),
            Is.EqualTo($"The model '{Own}' has no price, so its usage counts at the assumed rates of 5.00 USD per million input tokens and 25.00 USD per million output tokens until you set one."));
    }

    [Test]
    public async Task Batch_and_its_replay_mark_the_cost_as_estimated()
    {
        var session = await (await Api.CreateTeamAsync()).StartAsync();
        var body = new { items = new[] { new { session_id = session, input_tokens = 1_000, output_tokens = 0, model = Own, cost_usd = (decimal?)null }, new { session_id = session, input_tokens = 1_000, output_tokens = 0, model = Own, cost_usd = (decimal?)1m } } };

        var first = (await Api.PostAsync("/sessions/usage/batch", body, "k-1")).Ok.Items("items");
        var again = (await Api.PostAsync("/sessions/usage/batch", body, "k-1")).Ok.Items("items");

        Assert.That(first.Concat(again).Select(item => (item.Text("cost_source"), item.Flag("estimated"))), Is.EqualTo(new[]
        {
            ("assumed", true), ("reported", false), ("assumed", true), ("reported", false),
        }));
    }

    [Test]
    public async Task Table_and_reconciliation_show_the_assumed_part()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        _ = (await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 0, model = Own })).Ok;
        await team.UseAsync(session, 2m);

        var table = (await Api.GetAsync($"/teams/{team.Id}/costs?format=csv")).Text.Split("\r\n");
        var reconciled = (await Api.PostAsync($"/teams/{team.Id}/costs/reconcile", new { invoice = new[] { new { model = Own, cost_usd = 4m } } })).Ok;

        Assert.That((table[0][^24..], table[1][^6..]), Is.EqualTo((",assumed_cost_usd,labels", ",5.00,")));
        Assert.That(reconciled.Usd("total_assumed_usd"), Is.EqualTo(5m));
        Assert.That(
            reconciled.Items("by_model").Select(row => (row.Usd("recorded_usd"), row.Usd("assumed_usd"))), Is.EquivalentTo(new[] { (5m, 5m), (2m, 0m) }));
    }

    [Test]
    public async Task Team_that_records_counts_and_reserves_zero_for_a_model_without_a_price()
    {
        var team = await Api.CreateTeamAsync();
        Assert.That((await team.ConfigureAsync(new { unpriced_models = "record" })).Text("unpriced_models"), Is.EqualTo("record"));
        var session = await team.StartAsync();

        var usage = (await UseAsync(session, new { input_tokens = 70, output_tokens = 7, cache_read_tokens = 5, model = Own })).Ok;
        var reservation = await Api.PostAsync($"/sessions/{session}/reservations", new { model = Own, input_tokens = 1, max_output_tokens = 1 });
        var costs = await team.CostsAsync();

        Assert.That((usage.Text("cost_source"), usage.Usd("cost_usd"), usage.Flag("estimated")), Is.EqualTo(("unpriced", 0m, false)));
        Assert.That((reservation.Status, reservation.Json.Text("type")), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "/problems/unpriced-model")));
        Assert.That((costs.Number("unpriced_tokens"), costs.Usd("assumed_cost_usd")), Is.EqualTo((82, 0m)));
    }

    [Test]
    public async Task Assumed_usage_is_compacted_once_it_is_corrected()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store);
        var team = await host.Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await host.Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1_000_000, output_tokens = 0, model = Own });
        host.Clock.Advance(TimeSpan.FromDays(40));
        Assert.That((await host.CompactAsync(TimeSpan.FromDays(31))).Records, Is.Zero);

        _ = (await host.Api.SendAsync(HttpMethod.Put, $"/prices/{Own}", MillionOfEach)).Ok;
        Assert.That((await host.CompactAsync(TimeSpan.FromDays(31))).Records, Is.EqualTo(1));

        var costs = await team.CostsAsync();
        Assert.That((costs.Usd("total_cost_usd"), costs.Usd("assumed_cost_usd")), Is.EqualTo((1m, 0m)));
        await EnsureVerifiedAsync(host);
        await host.ExecuteAsync($"UPDATE UsageRollups SET AssumedCostNanoUsd = 7");
        Assert.That((await host.VerifyAsync()).Differences, Has.Some.Matches<object>(difference => $"{difference}".Contains("0.000000007 assumed", StringComparison.Ordinal)));
        await host.VerifyAsync(repair: true);
        await EnsureVerifiedAsync(host);
    }

    [TestCase("2.5", "10", "12.50")]
    [TestCase("0.0000000011", "1000000", "1000000.000000002")]
    public async Task Operator_can_set_the_assumed_rates(string input, string output, string cost)
    {
        await using var host = await ApiHost.StartAsync(
            Host.Database.Store, settings: new Dictionary<string, string> { ["Prices:AssumedInputUsdPerMtok"] = input, ["Prices:AssumedOutputUsdPerMtok"] = output });
        var session = await (await host.Api.CreateTeamAsync()).StartAsync();

        var usage = (await host.Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1_000_000, output_tokens = 1_000_000, model = Own })).Ok;

        Assert.That(usage["cost_usd"]!.ToJsonString(), Is.EqualTo(cost));
    }

    private static async Task EnsureVerifiedAsync(ApiHost host)
    {
        var report = await host.VerifyAsync();
        Assert.That(report.Differences.Concat(report.Problems), Is.Empty);
    }
}
