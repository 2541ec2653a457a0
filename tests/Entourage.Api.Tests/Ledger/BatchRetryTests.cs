using System.Net;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.Access;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>A batch that is resent under its key is recognised under any credential (rule 2).</summary>
internal sealed class BatchRetryTests : TwoAgentsFixture
{
    private const string Path = "/sessions/usage/batch";
    private const string Reused = "/problems/idempotency-key-reused";

    [TestCase("agent", "lead")]
    [TestCase("agent", "admin")]
    [TestCase("lead", "agent")]
    [TestCase("lead", "admin")]
    [TestCase("admin", "agent")]
    [TestCase("admin", "lead")]
    public async Task Batch_is_counted_once_when_another_credential_resends_it(string first, string second)
    {
        JsonNode[] items = [Item(Session, 1m), Item(Session, 2m)];

        var sent = await SendAsync(ClientOf(first), "batch-1", items);
        var resent = await SendAsync(ClientOf(second), "batch-1", items);

        Assert.That(await CostAsync(Session), Is.EqualTo(3m));
        Assert.That((sent.Header("Idempotent-Replayed"), resent.Header("Idempotent-Replayed")), Is.EqualTo(((string?)null, "true")));
        Assert.That(IdsOf(resent), Is.EqualTo(IdsOf(sent)));
    }

    [Test]
    public async Task Replayed_item_gets_its_first_answer()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 2m });
        JsonNode[] items = [Item(Session, 1m), Item(Session, 3m)];

        var sent = (await SendAsync(Agent, "batch-1", items)).Ok.Items("items");
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 100m });
        var resent = (await SendAsync(Lead, "batch-1", items)).Ok.Items("items");

        for (var i = 0; i < items.Length; i++)
        {
            Assert.That(resent[i].Flag("replayed"), Is.True);
            resent[i]["replayed"] = false;
            Assert.That(resent[i].ToJsonString(), Is.EqualTo(sent[i].ToJsonString()));
        }
    }

    [Test]
    public async Task Lead_completes_a_batch_that_its_agent_could_only_send_in_part()
    {
        JsonNode[] items = [Item(Session, 1m), Item(PeerSession, 2m), Item(Session, 4m)];

        var first = (await SendAsync(Agent, "batch-1", items)).Ok.Items("items");
        var second = await SendAsync(Lead, "batch-1", items);
        var third = await SendAsync(PeerClient, "batch-1", items);
        var fourth = await SendAsync(Admin, "batch-1", items);

        Assert.That(first.Select(item => item.Number("status")), Is.EqualTo(new[] { 200, 403, 200 }));
        Assert.That(second.Ok.Items("items").Select(item => (item.Number("status"), item.Flag("replayed"))), Is.EqualTo(new[] { (200L, true), (200L, false), (200L, true) }));
        Assert.That(second.Header("Idempotent-Replayed"), Is.Null);
        Assert.That(third.Ok.Items("items").Select(item => (item.Number("status"), item.Flag("replayed"))), Is.EqualTo(new[] { (403L, false), (200L, true), (403L, false) }));
        Assert.That(third.Ok.Items("items")[0]["usage_id"], Is.Null, "a stored answer is only for callers who may access the session");
        Assert.That(fourth.Header("Idempotent-Replayed"), Is.EqualTo("true"));
        Assert.That((await CostAsync(Session), await CostAsync(PeerSession)), Is.EqualTo((5m, 2m)));
    }

    [Test]
    public async Task Batch_over_two_organisations_is_counted_once_in_each()
    {
        var other = await Admin.CreateTeamAsync();
        var elsewhere = await other.StartAsync();
        JsonNode[] items = [Item(elsewhere, 1m), Item(Session, 2m)];

        _ = (await SendAsync(Admin, "batch-1", items)).Ok;
        var own = (await SendAsync(Lead, "batch-1", items)).Ok.Items("items");
        var again = await SendAsync(Admin, "batch-1", items);

        Assert.That(own.Select(item => (item.Number("status"), item.Flag("replayed"))), Is.EqualTo(new[] { (404L, false), (200L, true) }));
        Assert.That(again.Header("Idempotent-Replayed"), Is.EqualTo("true"));
        Assert.That((await CostAsync(Session), await CostAsync(elsewhere)), Is.EqualTo((2m, 1m)));
    }

    [Test]
    public async Task Concurrent_resends_under_three_credentials_and_two_replicas_count_once()
    {
        await using var second = ApiHost.StartBeside(Host);
        JsonNode[] items = [Item(Session, 1m), Item(PeerSession, 2m), Item(Session, 4m)];
        ApiClient[] senders = [Agent, Lead, Admin, PeerClient, second.Api];

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => SendAsync(senders[i % senders.Length], "batch-1", items)));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That((await CostAsync(Session), await CostAsync(PeerSession)), Is.EqualTo((5m, 2m)));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Key_with_different_items_is_refused_and_counts_nothing()
    {
        JsonNode[] items = [Item(Session, 1m), Item(Session, 2m)];
        _ = (await SendAsync(Agent, "batch-1", items)).Ok;

        JsonNode[][] changed =
        [
            [Item(Session, 2m), Item(Session, 1m)],
            [Item(Session, 3m), .. items],
            [items[0]],
            [items[1]],
            [Item(Session, 9m), items[1]],
            [Item(PeerSession, 5m), .. items],
            [Item(Session, 9m), Item(PeerSession, 5m)],
        ];
        foreach (var body in changed)
        {
            foreach (var sender in new[] { Agent, Lead, Admin })
            {
                var answers = (await SendAsync(sender, "batch-1", body)).Ok.Items("items");
                Assert.That(
                    answers.Select(item => item["problem"]?.Text("type")).Where(type => type != "/problems/forbidden"),
                    Is.All.EqualTo(Reused),
                    new JsonArray([.. body.Select(item => item.DeepClone())]).ToJsonString());
            }
        }

        Assert.That((await CostAsync(Session), await CostAsync(PeerSession)), Is.EqualTo((3m, 0m)));
    }

    [Test]
    public async Task Items_of_further_sessions_are_added_under_the_same_key()
    {
        JsonNode[] items = [Item(Session, 1m)];
        _ = (await SendAsync(Agent, "batch-1", items)).Ok;

        JsonNode[] more = [.. items, Item(PeerSession, 2m), Item(Session, 4m)];
        var added = (await SendAsync(Lead, "batch-1", more)).Ok.Items("items");
        var again = await SendAsync(Admin, "batch-1", more);

        Assert.That(added.Select(item => item.Flag("replayed")), Is.EqualTo(new[] { true, false, false }));
        Assert.That(again.Header("Idempotent-Replayed"), Is.EqualTo("true"));
        Assert.That((await CostAsync(Session), await CostAsync(PeerSession)), Is.EqualTo((5m, 2m)));
    }

    [Test]
    public async Task Resent_batch_retries_refused_items_and_replays_the_rest()
    {
        JsonNode[] items =
        [
            Item(Session, 1m), Item(999_999, 1m), Item(Session, 1m, ("input_tokens", -1)), Item(null, 1m), JsonValue.Create(5),
            Item(Session, 8m, ("occurred_at", Host.Clock.GetUtcNow().AddMinutes(10).ToString("O"))), Item(Session, 2m, ("idempotency_key", "own")),
        ];

        var first = (await SendAsync(Agent, "batch-1", items)).Ok.Items("items");
        Host.Clock.Advance(TimeSpan.FromMinutes(6));
        var second = (await SendAsync(Lead, "batch-1", items)).Ok.Items("items");
        var third = (await SendAsync(Admin, "batch-1", items)).Ok.Items("items");

        Assert.That(first.Select(item => item.Number("status")), Is.EqualTo(new[] { 200, 404, 422, 422, 400, 422, 200 }));
        Assert.That(second.Select(item => item.Number("status")), Is.EqualTo(new[] { 200, 404, 422, 422, 400, 200, 200 }));
        Assert.That(second.Select(item => item.Flag("replayed")), Is.EqualTo(new[] { true, false, false, false, false, false, true }));
        Assert.That(third.Select(item => item.Flag("replayed")), Is.EqualTo(new[] { true, false, false, false, false, true, true }));
        Assert.That(await CostAsync(Session), Is.EqualTo(11m));
    }

    [Test]
    public async Task Item_that_is_twice_in_a_batch_is_two_usages_and_a_retry_adds_none()
    {
        JsonNode[] items = [Item(Session, 1m), Item(Session, 1m), Item(Session, 1m)];

        _ = (await SendAsync(Agent, "batch-1", items)).Ok;
        var again = await SendAsync(Lead, "batch-1", items);

        Assert.That(again.Header("Idempotent-Replayed"), Is.EqualTo("true"));
        Assert.That(again.Ok.Items("items").Select(item => item.Text("usage_id")).Distinct().Count(), Is.EqualTo(3));
        Assert.That(await CostAsync(Session), Is.EqualTo(3m));
    }

    [Test]
    public async Task Thousand_items_are_replayed_after_a_restart_for_another_credential()
    {
        JsonNode[] items = [.. Enumerable.Range(0, 1_000).Select(i => Item(i % 2 == 0 ? Session : PeerSession, 0.001m))];
        var before = await Host.CountAsync("IdempotentAnswers");
        var sent = await SendAsync(Lead, "batch-1", items);
        Assert.That(await Host.CountAsync("IdempotentAnswers"), Is.EqualTo(before + 2));

        // A fresh replica has none of the first one's caches, like after a restart.
        await using var restarted = ApiHost.StartBeside(Host);
        Host.Clock.Advance(TimeSpan.FromDays(2));
        var resent = await SendAsync(restarted.Api, "batch-1", items);

        Assert.That((resent.Status, resent.Header("Idempotent-Replayed")), Is.EqualTo((HttpStatusCode.OK, "true")));
        Assert.That(IdsOf(resent), Is.EqualTo(IdsOf(sent)));
        Assert.That((await CostAsync(Session), await CostAsync(PeerSession)), Is.EqualTo((0.5m, 0.5m)));
    }

    [Test]
    public async Task Batch_key_and_the_key_of_a_single_usage_are_independent()
    {
        _ = (await SendAsync(Agent, "same", Item(Session, 1m))).Ok;
        var alone = await Agent.PostAsync($"/sessions/{Session}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 1m }, "same");

        Assert.That((alone.Status, alone.Header("Idempotent-Replayed")), Is.EqualTo((HttpStatusCode.OK, (string?)null)));
        Assert.That(await CostAsync(Session), Is.EqualTo(2m));
    }

    private static Task<Answer> SendAsync(ApiClient client, string key, params JsonNode[] items) =>
        client.PostAsync(Path, new JsonObject { ["items"] = new JsonArray([.. items.Select(item => item.DeepClone())]) }.ToJsonString(), key);

    private static IEnumerable<string?> IdsOf(Answer answer) => answer.Ok.Items("items").Select(item => item.Text("usage_id"));

    private static JsonObject Item(long? session, decimal costUsd, params (string Member, JsonNode? Value)[] members)
    {
        var item = new JsonObject { ["session_id"] = session, ["input_tokens"] = 1, ["output_tokens"] = 1, ["cost_usd"] = costUsd };
        foreach (var (member, value) in members)
        {
            item[member] = value;
        }

        return item;
    }
}
