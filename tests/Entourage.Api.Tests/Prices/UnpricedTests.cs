using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Prices;

/// <summary>Usage, sessions and reservations of models without a price or with a late one.</summary>
internal sealed class UnpricedTests(Store store) : PriceFixture(store)
{
    [Test]
    public async Task Correction_of_unpriced_usage_counts_in_the_window_of_the_usage()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m, unpriced_models = "record" });
        var session = await team.StartAsync();
        var usage = (await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 500_000, model = Own })).Ok;
        _ = (await UseAsync(session, new { input_tokens = 10, output_tokens = 0, model = Own + "-mini", billing = "subscription" })).Ok;
        Assert.That((usage.Text("cost_source"), usage.Usd("cost_usd"), usage.Flag("over_budget")), Is.EqualTo(("unpriced", 0m, false)));
        Host.Clock.Advance(TimeSpan.FromDays(1));

        await SetAsync(Own, new { input_usd_per_mtok = 4m, output_usd_per_mtok = 20m });
        await SetAsync(Own, new { input_usd_per_mtok = 5m, output_usd_per_mtok = 25m });

        var records = (await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray();
        var (correction, original) = (records[0]!, records[2]!);
        var costs = await team.CostsAsync();
        Assert.Multiple(() =>
        {
            Assert.That(records, Has.Count.EqualTo(3), "a later price changes nothing");
            Assert.That((original.Text("cost_source"), original.Usd("cost_usd")), Is.EqualTo(("unpriced", 0m)), "the record is unchanged");
            Assert.That((correction.Text("cost_source"), correction.Usd("cost_usd"), correction.Number("corrects")), Is.EqualTo(("catalogue", 14m, original.Number("sequence"))));
            Assert.That((correction.Number("input_tokens"), correction.Number("output_tokens")), Is.EqualTo((0, 0)));
            Assert.That((correction.Text("occurred_at"), correction.Usd("overrun_usd")), Is.EqualTo((original.Text("occurred_at"), 4m)));
            Assert.That((costs.Usd("total_cost_usd"), costs.Number("unpriced_tokens"), costs.Number("total_input_tokens")), Is.EqualTo((14m, 10, 1_000_010)));
            Assert.That(costs.Items("by_day").Select(day => day.Usd("cost_usd")), Is.EqualTo(new[] { 14m }));
        });
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.Zero, "it counts yesterday");
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(14m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);

        await SetAsync(Own + "-mini", new { input_usd_per_mtok = 1_000_000m, output_usd_per_mtok = 1_000_000m });
        Assert.That((await team.SessionAsync(session)).Usd("imputed_cost_usd"), Is.EqualTo(10m), "under a subscription");
        Assert.That((await team.CostsAsync()).Number("unpriced_tokens"), Is.Zero);
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Concurrent_prices_correct_each_usage_once()
    {
        var team = await Api.CreateTeamAsync();
        var sessions = new[] { await team.StartAsync(), await team.StartAsync() };
        var before = await Host.CountAsync("UsageRecords");
        for (var i = 0; i < 3; i++)
        {
            var items = Enumerable.Range(0, 150).Select(item => new { session_id = sessions[item % 2], input_tokens = 1_000, output_tokens = 0, model = Own });
            _ = (await Api.PostAsync("/sessions/usage/batch", new { items })).Ok;
        }

        await using var replica = ApiHost.StartBeside(Host);
        ApiClient[] apis = [Api, replica.Api, Api, replica.Api];
        await Task.WhenAll(apis.Select(async api =>
            (await api.SendAsync(HttpMethod.Put, $"/prices/{Own}", new { input_usd_per_mtok = 1m, output_usd_per_mtok = 1m, effective_from = "2026-01-01T00:00:00Z" })).Ok.Text("model")));

        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(0.45m));
        Assert.That(await Host.CountAsync("UsageRecords") - before, Is.EqualTo(900));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Usage_without_cost_or_price_costs_its_reservation()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        var session = await team.StartAsync();
        var reservation = await team.CreateReservationAsync(session, 2.5m);

        var usage = (await UseAsync(session, new { input_tokens = 10, output_tokens = 1, model = Own, reservation_id = reservation })).Ok;

        Assert.That((usage.Text("cost_source"), usage.Usd("cost_usd"), usage.Usd("overrun_usd")), Is.EqualTo(("reservation", 2.5m, 0m)));
        Assert.That(usage.Flag("estimated"), Is.True);
        var budget = (await team.BudgetAsync()).Items("budgets").Single();
        Assert.That((budget.Usd("spent_usd"), budget.Usd("reserved_usd"), budget.Usd("remaining_usd")), Is.EqualTo((2.5m, 0m, 7.5m)));
        Assert.That((await team.CostsAsync()).Number("unpriced_tokens"), Is.Zero);
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Reservation_can_be_priced_by_tokens()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m, unpriced_models = "record" });
        var session = (await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, model = "claude-opus-5" })).Created.Number("id");
        var path = $"/sessions/{session}/reservations";

        var reservation = await Api.PostAsync(path, new { input_tokens = 10_000, max_output_tokens = 4_000 });
        var other = await Api.PostAsync(path, new { model = "gpt-5", input_tokens = 10_000, max_output_tokens = 4_000 });
        var read = await Api.PostAsync(path, new { input_tokens = 10_000, max_output_tokens = 4_000, cache_write_tokens = 0 });
        var written = await Api.PostAsync(path, new { input_tokens = 0, max_output_tokens = 0, cache_write_tokens = 10_000, cache_write_1h_tokens = 0 });
        var moreForAnHour = await Api.PostAsync(path, new { input_tokens = 1, max_output_tokens = 1, cache_write_tokens = 1, cache_write_1h_tokens = 2 });
        var tooMuch = await Api.PostAsync(path, new { input_tokens = 10_000, max_output_tokens = 40_000 });
        var unpriced = await Api.PostAsync(path, new { model = Own, input_tokens = 1, max_output_tokens = 1 });
        var both = await Api.PostAsync(path, new { estimated_cost_usd = 1m, input_tokens = 1, max_output_tokens = 1 });
        var half = await Api.PostAsync(path, new { input_tokens = 1 });
        var none = await Api.PostAsync(path, new { });

        Assert.Multiple(() =>
        {
            Assert.That(reservation.Json.Usd("amount_usd"), Is.EqualTo(0.2m), reservation.Text + " may all be written to the cache for an hour");
            Assert.That(read.Json.Usd("amount_usd"), Is.EqualTo(0.15m), read.Text);
            Assert.That(written.Json.Usd("amount_usd"), Is.EqualTo(0.0625m), written.Text);
            Assert.That(moreForAnHour.Json["errors"]!.AsObject().Single().Key, Is.EqualTo("cache_write_1h_tokens"));
            Assert.That(other.Json.Usd("amount_usd"), Is.EqualTo(0.0525m), other.Text);
            Assert.That(tooMuch.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
            Assert.That(new[] { unpriced, both, half, none }.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.UnprocessableEntity));
            Assert.That(unpriced.Json.Text("type"), Is.EqualTo("/problems/unpriced-model"));
            Assert.That(
                new[] { unpriced, both, half, none }.Select(answer => answer.Json["errors"]!.AsObject().Single().Key),
                Is.EqualTo(new[] { "model", "estimated_cost_usd", "max_output_tokens", "estimated_cost_usd" }));
        });
    }

    [Test]
    public async Task Team_can_refuse_models_without_a_price()
    {
        var team = await Api.CreateTeamAsync();
        var settings = await team.ConfigureAsync(new { unpriced_models = "refuse" });
        var session = await team.StartAsync();

        var start = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, model = Own });
        var reservation = await Api.PostAsync($"/sessions/{session}/reservations", new { estimated_cost_usd = 1m, model = Own, input_tokens = (long?)null });
        var usage = await UseAsync(session, new { input_tokens = 1, output_tokens = 1, model = Own });
        await SetAsync(Own, new { input_usd_per_mtok = 1m, output_usd_per_mtok = 1m });
        var later = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, model = Own });

        Assert.Multiple(() =>
        {
            Assert.That(settings.Text("unpriced_models"), Is.EqualTo("refuse"));
            Assert.That((start.Status, start.Json.Text("type")), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "/problems/unpriced-model")));
            Assert.That(reservation.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
            Assert.That(usage.Status, Is.EqualTo(HttpStatusCode.OK), "that money was spent already");
            Assert.That(later.Status, Is.EqualTo(HttpStatusCode.Created));
        });
    }
}
