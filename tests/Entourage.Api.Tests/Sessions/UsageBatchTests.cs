using System.Net;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.BadInput;
using Entourage.Testing;

namespace Entourage.Api.Tests.Sessions;

/// <summary>Usages in one request: each is accepted or refused separately, in order, and counted once (rules 1, 2 and 5).</summary>
internal sealed class UsageBatchTests(Store store) : ApiFixture(store)
{
    private const string Path = "/sessions/usage/batch";

    [Test]
    public async Task Items_are_answered_in_order_as_single_usages_are()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 4m, unpriced_models = "record" });
        var (first, second) = (await team.StartAsync(), await team.StartAsync());
        _ = (await Api.PostAsync($"/sessions/{second}/end", null)).Ok;

        var answer = (await SendAsync(Item(first, 1.5m), Item(second, 2m), Item(first, 1m), Item(first, null, ("model", "nobody-heard-of-it")))).Ok;

        var items = answer.Items("items");
        var records = (await Api.GetAsync($"/sessions/{first}/usage")).Ok.AsArray();
        Assert.Multiple(() =>
        {
            Assert.That(answer.AsObject().Select(member => member.Key), Is.EqualTo(new[] { "items" }));
            Assert.That(items.Select(item => item.Number("status")), Is.All.EqualTo(200));
            Assert.That(items.Select(item => item.Number("session_id")), Is.EqualTo(new[] { first, second, first, first }));
            Assert.That(items.Select(item => item.Flag("replayed")), Is.All.False);
            Assert.That(items.Select(item => item.Usd("overrun_usd")), Is.EqualTo(new[] { 0m, 0m, 0.5m, 0m }));
            Assert.That(items.Select(item => item.Text("cost_source")), Is.EqualTo(new[] { "reported", "reported", "reported", "unpriced" }));
            Assert.That(items.Select(item => item.Flag("over_budget")), Is.EqualTo(new[] { false, false, true, true }));
            Assert.That(items.Select(item => item.Flag("stop")), Is.EqualTo(new[] { false, true, true, true }));
            Assert.That(Reasons(items[1]), Is.EqualTo(new[] { "session_ended" }));
            Assert.That(Reasons(items[2]), Is.EqualTo(new[] { "budget_exceeded:team:day" }));
            Assert.That(items.Select(item => item["problem"]), Is.All.Null);
            Assert.That(
                records.Select(record => record!.Text("id")), Is.EqualTo(new[] { items[3].Text("usage_id"), items[2].Text("usage_id"), items[0].Text("usage_id") }));
        });
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Invalid_item_does_not_affect_the_others()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var now = Host.Clock.GetUtcNow();
        (JsonNode? Item, int Status, string Problem, string? Member)[] bad =
        [
            (Item(999_999, 1m), 404, "not-found", null),
            (Item(session, 1m, ("input_tokens", -1)), 422, "validation", "input_tokens"),
            (Item(session, 1m, ("cost_usd", JsonNode.Parse("1000000.000000001"))), 422, "validation", "cost_usd"),
            (Item(session, 1m, ("cost_usd", "1")), 400, "malformed-body", "cost_usd"),
            (Item(session, 1m, ("price", 1)), 400, "malformed-body", "price"),
            (null, 400, "malformed-body", "body"),
            (JsonValue.Create(5), 400, "malformed-body", "body"),
            (new JsonArray(Item(session, 1m)), 400, "malformed-body", "body"),
            (Item(null, 1m), 422, "validation", "session_id"),
            (new JsonObject { ["session_id"] = session, ["input_tokens"] = 1 }, 422, "validation", "output_tokens"),
            (Item(session, 1m, ("occurred_at", $"{now.AddDays(-31):O}")), 422, "validation", "occurred_at"),
            (Item(session, 1m, ("occurred_at", $"{now.AddMinutes(6):O}")), 422, "validation", "occurred_at"),
            (Item(session, 1m, ("reservation_id", "00000000-0000-7000-8000-000000000000")), 422, "unknown-reservation", "reservation_id"),
            (Item(session, 1m, ("reservation_id", "mine")), 422, "validation", "reservation_id"),
            (Item(session, 1m, ("billing", "free")), 422, "validation", "billing"),
        ];

        var items = (await SendAsync([.. bad.SelectMany(one => new[] { Item(session, 0.01m), one.Item })])).Ok.Items("items");

        Assert.That(items, Has.Count.EqualTo(2 * bad.Length));
        Assert.Multiple(() =>
        {
            for (var i = 0; i < bad.Length; i++)
            {
                var (item, problem) = (items[(2 * i) + 1], items[(2 * i) + 1]["problem"]);
                Assert.That(items[2 * i].Number("status"), Is.EqualTo(200), $"beside {i}");
                Assert.That((item.Number("status"), problem?.Text("type")), Is.EqualTo((bad[i].Status, $"/problems/{bad[i].Problem}")), $"{i}: {problem}");
                Assert.That(problem?["errors"]?.AsObject().Select(member => member.Key) ?? [], Is.EqualTo(new[] { bad[i].Member }.OfType<string>()), $"{i}: {problem}");
                Assert.That(problem?.Number("status"), Is.EqualTo(bad[i].Status));
                Assert.That((item["usage_id"], item["stop"]), Is.EqualTo(((JsonNode?)null, (JsonNode?)null)));
            }
        });
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(bad.Length * 0.01m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Item_amounts_have_the_same_bounds_as_single_usages()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var items = BadInputMoney.NotAllowed.Select(amount => $$"""{"session_id": {{session}}, "input_tokens": 1, "output_tokens": 1, "cost_usd": {{amount.Json}}}""");

        var answers = (await Api.PostAsync(Path, $$"""{"items": [{{string.Join(", ", items)}}]}""")).Ok.Items("items");

        Assert.That(
            answers.Select((answer, i) => (BadInputMoney.NotAllowed[i].Name, answer.Number("status"), answer["problem"]?["errors"]?.AsObject().Single().Key)),
            Is.EqualTo(BadInputMoney.NotAllowed.Select(amount => (amount.Name, 422L, "cost_usd"))));
        Assert.That((await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Same_key_within_a_batch_is_counted_once()
    {
        var team = await Api.CreateTeamAsync();
        var (session, other) = (await team.StartAsync(), await team.StartAsync());

        var items = (await SendAsync(
            Item(session, 1m, ("idempotency_key", "a")),
            Item(session, 1m, ("idempotency_key", "a")),
            Item(session, 2m, ("idempotency_key", "a")),
            Item(other, 1m, ("idempotency_key", "a")))).Ok.Items("items");

        Assert.That(items.Select(item => (item.Number("status"), item.Flag("replayed"))), Is.EqualTo(new[] { (200L, false), (200L, true), (422L, false), (200L, false) }));
        Assert.That(items[1].Text("usage_id"), Is.EqualTo(items[0].Text("usage_id")));
        Assert.That(items[2]["problem"]!.Text("type"), Is.EqualTo("/problems/idempotency-key-reused"));
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(1m));
        Assert.That((await team.SessionAsync(other)).Usd("cost_usd"), Is.EqualTo(1m), "the key of another session is independent");
    }

    [Test]
    public async Task Resent_batch_records_what_is_missing_and_counts_nothing_twice()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        JsonNode[] items = [.. Enumerable.Range(0, 20).Select(i => Item(session, 0.5m, ("idempotency_key", $"k{i}")))];

        var first = (await SendAsync(items[..15])).Ok.Items("items");
        Host.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = (await SendAsync(items)).Ok.Items("items");

        Assert.That(second.Select(item => item.Flag("replayed")), Is.EqualTo(Enumerable.Range(0, 20).Select(i => i < 15)));
        Assert.That(second.Take(15).Select(item => item.Text("usage_id")), Is.EqualTo(first.Select(item => item.Text("usage_id"))));
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(10m));
    }

    [Test]
    public async Task Usage_sent_alone_and_in_a_batch_is_counted_once_in_any_order()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var alone = await Api.PostAsync($"/sessions/{session}/usage", Body(1m), "a");

        var items = (await SendAsync(Item(session, 1m, ("idempotency_key", "a")), Item(session, 2m, ("idempotency_key", "b")))).Ok.Items("items");
        var (again, other) = (await Api.PostAsync($"/sessions/{session}/usage", Body(2m), "b"), await Api.PostAsync($"/sessions/{session}/usage", Body(3m), "b"));

        Assert.Multiple(() =>
        {
            Assert.That(items.Select(item => item.Flag("replayed")), Is.EqualTo(new[] { true, false }));
            Assert.That(items[0].Text("usage_id"), Is.EqualTo(alone.Ok.Text("usage_id")));
            Assert.That((again.Header("Idempotent-Replayed"), again.Ok.Text("usage_id")), Is.EqualTo(("true", items[1].Text("usage_id"))));
            Assert.That(other.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        });
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(3m));
    }

    [Test]
    public async Task Invalid_key_affects_only_its_item()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();

        var items = (await SendAsync(
            [.. new[] { "", "  ", new string('k', 201), "ключ", "a\tb", new string('k', 200) }.Select(key => Item(session, 1m, ("idempotency_key", key)))])).Ok.Items("items");

        Assert.That(items.Select(item => item.Number("status")), Is.EqualTo(new[] { 422, 422, 422, 422, 422, 200 }));
        Assert.That(
            items.Take(5).Select(item => item["problem"]!["errors"]!.AsObject().Single().Key), Is.All.EqualTo("idempotency_key"));
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(1m));
    }

    [Test]
    public async Task Batch_key_applies_to_items_without_one()
    {
        var team = await Api.CreateTeamAsync();
        var (session, other) = (await team.StartAsync(), await team.StartAsync());
        var longest = new string('k', 200);
        JsonNode[] items = [Item(session, 1m), Item(session, 1m), Item(session, 1m, ("idempotency_key", longest))];

        var first = await SendAsync(longest, items);
        var again = await SendAsync(longest, items);
        var more = (await SendAsync(longest, [.. items, Item(session, 1m)])).Ok.Items("items");
        var changed = (await SendAsync(longest, Item(session, 2m), Item(other, 1m))).Ok.Items("items");
        var elsewhere = await SendAsync("elsewhere", items);

        Assert.Multiple(() =>
        {
            Assert.That((first.Ok.Items("items")[0].Flag("replayed"), first.Header("Idempotent-Replayed")), Is.EqualTo((false, (string?)null)));
            Assert.That((again.Ok.Items("items").All(item => item.Flag("replayed") == true), again.Header("Idempotent-Replayed")), Is.EqualTo((true, "true")));
            Assert.That(again.Ok.Items("items").Select(item => item.Text("usage_id")), Is.EqualTo(first.Ok.Items("items").Select(item => item.Text("usage_id"))));
            Assert.That(more.Select(item => item.Flag("replayed")), Is.EqualTo(new[] { true, true, true, false }));
            Assert.That(changed.Select(item => item.Number("status")), Is.All.EqualTo(422));
            Assert.That(changed.Select(item => item["problem"]!.Text("type")), Is.All.EqualTo("/problems/idempotency-key-reused"));
            Assert.That(elsewhere.Ok.Items("items").Select(item => item.Flag("replayed")), Is.EqualTo(new[] { false, false, true }));
        });
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(6m));
        Assert.That((await SendAsync(longest + "k", items)).Json["errors"]!.AsObject().Single().Key, Is.EqualTo("Idempotency-Key"));
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(6m));
    }

    [Test]
    public async Task Items_commit_reservations()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        var (session, other) = (await team.StartAsync(), await team.StartAsync());
        var (first, second) = (await team.CreateReservationAsync(session, 3m), await team.CreateReservationAsync(session, 4m));

        var items = (await SendAsync(
            Item(session, 2m, ("reservation_id", first)),
            Item(session, 5m, ("reservation_id", second)),
            Item(session, 4m, ("reservation_id", first)),
            Item(other, 1m, ("reservation_id", second)))).Ok.Items("items");

        Assert.That(items.Select(item => item.Number("status")), Is.EqualTo(new[] { 200, 200, 200, 422 }));
        Assert.That(items.Take(3).Select(item => item.Usd("overrun_usd")), Is.EqualTo(new[] { 0m, 1m, 1m }), "the third has no reservation left, and three dollars remain");
        Assert.That((await team.BudgetAsync()).Items("budgets").Single().Usd("reserved_usd"), Is.Zero);
        Assert.That((await team.BudgetAsync()).Usd("daily_remaining_usd"), Is.EqualTo(-1m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    private Task<Answer> SendAsync(params JsonNode?[] items) => SendAsync(null, items);

    private Task<Answer> SendAsync(string? key, params JsonNode?[] items) =>
        Api.PostAsync(Path, new JsonObject { ["items"] = new JsonArray([.. items.Select(item => item?.DeepClone())]) }.ToJsonString(), key);

    private static object Body(decimal costUsd) => new { input_tokens = 1, output_tokens = 1, cost_usd = costUsd };

    private static JsonObject Item(long? session, decimal? costUsd, params (string Member, JsonNode? Value)[] members)
    {
        var item = new JsonObject { ["session_id"] = session, ["input_tokens"] = 1, ["output_tokens"] = 1, ["cost_usd"] = costUsd };
        foreach (var (member, value) in members)
        {
            item[member] = value;
        }

        return item;
    }

    private static string[] Reasons(JsonNode item) => [.. item.Items("stop_reasons").Select(reason => reason.GetValue<string>())];
}
