using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Prices;

/// <summary>Prices of models, and the cost of usage without a stated one.</summary>
internal sealed class PriceTests(Store store) : PriceFixture(store)
{
    [Test]
    public async Task Built_in_prices_are_available_from_the_start()
    {
        var listed = new List<string>();
        for (var path = "/prices?limit=40"; path is not null;)
        {
            var answer = await Api.GetAsync(path);
            listed.AddRange(answer.Ok.AsArray().Select(price => price!.Text("model")!));
            path = answer.NextPath();
        }

        var price = (await Api.GetAsync("/prices/anthropic/claude-sonnet-4-20250514")).Ok;
        Assert.Multiple(() =>
        {
            Assert.That(listed, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal).And.Unique);
            Assert.That(listed, Is.SupersetOf(new[] { "claude-opus-5", "gpt-5", "gemini-2.5-pro" }));
            Assert.That(price.Text("model"), Is.EqualTo("anthropic/claude-sonnet-4-20250514"));
            Assert.That(price["current"]!.Text("model"), Is.EqualTo("claude-sonnet-4"));
            Assert.That(price["current"]!.Usd("input_usd_per_mtok"), Is.EqualTo(3m));
            Assert.That(price["current"]!.Usd("cache_write_1h_usd_per_mtok"), Is.EqualTo(6m));
            Assert.That(price["current"]!["long_context"]!.Number("above_input_tokens"), Is.EqualTo(200_000));
            Assert.That(price["current"]!["long_context"]!.Usd("cache_write_1h_usd_per_mtok"), Is.EqualTo(12m));
            Assert.That(price["current"]!.Flag("built_in"), Is.True);
            Assert.That(price["current"]!.Text("source"), Is.Not.Empty);
        });
        Assert.That((await Api.GetAsync("/prices/nobody-heard-of-it")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Usage_without_a_cost_is_priced_with_an_explanation()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var session = await team.StartAsync();

        var usage = (await UseAsync(session, new
        {
            input_tokens = 1_000,
            output_tokens = 500,
            cache_read_tokens = 20_000,
            cache_write_tokens = 4_000,
            cache_write_1h_tokens = 1_000,
            model = "claude-sonnet-4",
        })).Ok;
        var batched = (await UseAsync(session, new { input_tokens = 1_000, output_tokens = 0, model = "claude-sonnet-4", batch = true })).Ok;

        var records = (await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray();
        var (first, second) = (records[1]!, records[0]!);
        Assert.Multiple(() =>
        {
            Assert.That((usage.Text("cost_source"), usage.Usd("cost_usd")), Is.EqualTo(("catalogue", 0.03375m)));
            Assert.That((batched.Text("cost_source"), batched.Usd("cost_usd")), Is.EqualTo(("catalogue", 0.03375m + 0.0015m)));
            Assert.That((first.Usd("cost_usd"), first.Number("cache_write_1h_tokens"), first.Flag("batch")), Is.EqualTo((0.03375m, 1_000, false)));
            Assert.That(
                new[] { "input_usd", "output_usd", "cache_read_usd", "cache_write_usd", "total_usd" }.Select(part => first["price"]!.Usd(part)),
                Is.EqualTo(new[] { 0.003m, 0.0075m, 0.006m, 0.01725m, 0.03375m }));
            Assert.That((second.Usd("cost_usd"), second.Flag("batch")), Is.EqualTo((0.0015m, true)));
            Assert.That(first.Number("price_id"), Is.EqualTo(second.Number("price_id")).And.Positive);
            Assert.That(records.Select(record => record!.Flag("cost_differs")), Is.All.False);
        });
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(0.03525m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [TestCase("{\"cache_read_tokens\":1000000}", 5, "cache_read_usd")]
    [TestCase("{\"cache_write_tokens\":1000000}", 5, "cache_write_usd")]
    [TestCase("{\"cache_write_tokens\":1000000,\"cache_write_1h_tokens\":1000000}", 5, "cache_write_usd")]
    [TestCase("{\"input_tokens\":1000000,\"batch\":true}", 5, "input_usd")]
    [TestCase("{\"input_tokens\":1000000,\"cache_read_tokens\":1000001}", 14.000007, "total_usd")]
    public async Task Incomplete_price_makes_a_usage_estimated_and_never_free(string usage, decimal usd, string part)
    {
        await SetAsync(Own, new
        {
            input_usd_per_mtok = 5m,
            output_usd_per_mtok = 1m,
            long_context = new { above_input_tokens = 2_000_000, input_usd_per_mtok = 7m, output_usd_per_mtok = 1m },
        });
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var body = JsonNode.Parse(usage)!.AsObject();
        body["model"] = Own;
        body["output_tokens"] = 0;
        body["input_tokens"] ??= 0;

        var answer = (await UseAsync(session, body)).Ok;
        body["cost_usd"] = 0.5m;
        var stated = (await UseAsync(session, body)).Ok;

        var records = (await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray();
        Assert.Multiple(() =>
        {
            Assert.That((answer.Text("cost_source"), answer.Flag("estimated"), answer.Usd("cost_usd")), Is.EqualTo(("catalogue", true, usd)));
            Assert.That((records[1]!.Flag("estimated"), records[1]!["price"]!.Usd(part)), Is.EqualTo((true, usd)));
            Assert.That((stated.Text("cost_source"), stated.Flag("estimated")), Is.EqualTo(("reported", false)));
            Assert.That(records[0]!.Flag("cost_differs"), Is.False, "an estimate cannot contradict a stated cost");
        });
        Assert.That((await team.CostsAsync()).Usd("assumed_cost_usd"), Is.Zero);
        Assert.That((await Api.GetAsync($"/teams/{team.Id}/alerts?kind=cost_differs")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Usage_is_priced_by_the_price_of_its_time()
    {
        await SetAsync(Own, new { input_usd_per_mtok = 1m, output_usd_per_mtok = 1m });
        var midnight = Host.Clock.GetUtcNow().Date.AddDays(1);
        await SetAsync(Own, new { input_usd_per_mtok = 2m, output_usd_per_mtok = 2m, effective_from = $"{midnight:yyyy-MM-dd}T00:00:00Z" });
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        _ = (await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 0, model = Own })).Ok;

        Host.Clock.Advance(TimeSpan.FromDays(2));
        _ = (await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 0, model = Own })).Ok;
        _ = (await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 0, model = Own, occurred_at = $"{midnight.AddTicks(-10):yyyy-MM-ddTHH:mm:ss.fffffff}Z" })).Ok;
        _ = (await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 0, model = Own, occurred_at = $"{midnight:yyyy-MM-dd}T00:00:00Z" })).Ok;

        var costs = (await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray().Select(record => record!.Usd("cost_usd"));
        var prices = (await Api.GetAsync($"/prices/{Own}")).Ok;
        Assert.That(costs, Is.EqualTo(new[] { 2m, 1m, 2m, 1m }));
        Assert.That(prices.Items("history").Select(price => price.Usd("input_usd_per_mtok")), Is.EqualTo(new[] { 2m, 1m }));
        Assert.That((await team.CostsAsync()).Items("by_day").Select(day => day.Usd("cost_usd")), Is.EqualTo(new[] { 2m, 2m, 2m }));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Own_price_of_an_organisation_applies()
    {
        var (team, other) = (await Api.CreateTeamAsync(), await Api.CreateTeamAsync());
        var (session, otherSession) = (await team.StartAsync(), await other.StartAsync());
        var usage = new { input_tokens = 1_000_000, output_tokens = 0, model = "claude-opus-5-20260101" };
        var before = (await UseAsync(session, usage)).Ok;

        var set = await SetAsync($"claude-opus-5?org_id={team.Organisation}", new { input_usd_per_mtok = 3.5m, output_usd_per_mtok = 20m });

        Assert.That((set.Text("org_id"), set.Flag("built_in")), Is.EqualTo((team.Organisation, false)));
        Assert.That((await UseAsync(session, usage)).Ok.Usd("cost_usd") - before.Usd("cost_usd"), Is.EqualTo(3.5m));
        Assert.That((await UseAsync(otherSession, usage)).Ok.Usd("cost_usd"), Is.EqualTo(5m));
        Assert.That((await Api.GetAsync("/prices/claude-opus-5")).Ok["current"]!.Usd("input_usd_per_mtok"), Is.EqualTo(5m));
        Assert.That((await Api.GetAsync($"/prices/claude-opus-5?org_id={team.Organisation}")).Ok["current"]!.Usd("input_usd_per_mtok"), Is.EqualTo(3.5m));
    }

    [Test]
    public async Task Price_set_on_another_replica_applies_to_the_next_usage()
    {
        await using var replica = ApiHost.StartBeside(Host);
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await SetAsync(Own, new { input_usd_per_mtok = 5m, output_usd_per_mtok = 7m });
        _ = (await UseAsync(session, new { input_tokens = 1, output_tokens = 0, model = Own })).Ok;

        _ = (await replica.Api.SendAsync(HttpMethod.Put, $"/prices/{Own}", new { input_usd_per_mtok = 7m, output_usd_per_mtok = 7m })).Ok;

        Assert.That((await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 0, model = Own })).Ok.Usd("cost_usd"), Is.EqualTo(7.000005m));
    }

    [Test]
    public async Task Stated_cost_far_from_the_price_is_marked_and_counted()
    {
        var session = await (await Api.CreateTeamAsync()).StartAsync();
        foreach (var cost in new[] { 5m, 6m, 6.1m, 4m, 3.9m })
        {
            _ = (await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 0, model = "claude-opus-5", cost_usd = cost })).Ok;
        }

        var records = (await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray();
        Assert.That(records.Select(record => record!.Flag("cost_differs")), Is.EqualTo(new[] { true, false, true, false, false }));
        Assert.That(records.Select(record => record!["price"]!.Usd("total_usd")), Is.All.EqualTo(5m));
        Assert.That(records.Select(record => record!.Text("cost_source")), Is.All.EqualTo("reported"));
    }

    [TestCase("""{"output_usd_per_mtok": 1}""", "input_usd_per_mtok")]
    [TestCase("""{"input_usd_per_mtok": -1, "output_usd_per_mtok": 1}""", "input_usd_per_mtok")]
    [TestCase("""{"input_usd_per_mtok": 1, "output_usd_per_mtok": 1000001}""", "output_usd_per_mtok")]
    [TestCase("""{"input_usd_per_mtok": 1, "output_usd_per_mtok": 1, "cache_write_1h_usd_per_mtok": -1}""", "cache_write_1h_usd_per_mtok")]
    [TestCase("""{"input_usd_per_mtok": 1, "output_usd_per_mtok": 1, "batch_discount_percent": 101}""", "batch_discount_percent")]
    [TestCase("""{"input_usd_per_mtok": 1, "output_usd_per_mtok": 1, "effective_from": "1999-12-31T00:00:00Z"}""", "effective_from")]
    [TestCase("""{"input_usd_per_mtok": 1, "output_usd_per_mtok": 1, "long_context": {"above_input_tokens": 0, "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}}""", "long_context.above_input_tokens")]
    [TestCase("""{"input_usd_per_mtok": 1, "output_usd_per_mtok": 1, "long_context": {"above_input_tokens": 9, "output_usd_per_mtok": 1}}""", "long_context.input_usd_per_mtok")]
    public async Task Invalid_price_is_refused(string body, string member)
    {
        var answer = await Api.SendAsync(HttpMethod.Put, $"/prices/{Own}", body);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity), answer.Text);
        Assert.That(answer.Json["errors"]!.AsObject().Single().Key, Is.EqualTo(member));
        Assert.That((await Api.GetAsync($"/prices/{Own}")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task One_hour_cache_writes_cannot_exceed_all_cache_writes()
    {
        var session = await (await Api.CreateTeamAsync()).StartAsync();

        var answer = await UseAsync(session, new { input_tokens = 1, output_tokens = 1, cache_write_tokens = 5, cache_write_1h_tokens = 6 });

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(answer.Json["errors"]!.AsObject().Single().Key, Is.EqualTo("cache_write_1h_tokens"));
    }
}
