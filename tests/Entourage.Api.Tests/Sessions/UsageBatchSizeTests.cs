using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Sessions;

/// <summary>The size limits of a batch, and bodies that are not batches.</summary>
internal sealed class UsageBatchSizeTests(Store store) : ApiFixture(store)
{
    private const string Path = "/sessions/usage/batch";
    private const int FourMebibytes = 4 * 1_048_576;

    [Test]
    public async Task Batch_of_a_thousand_items_is_recorded_exactly()
    {
        var team = await Api.CreateTeamAsync();
        var task = await team.CreateTaskAsync();
        long[] sessions = [await team.StartAsync(task), await team.StartAsync(), await team.StartAsync(task)];
        var now = Host.Clock.GetUtcNow();
        var costs = Enumerable.Range(0, 1_000).Select(i => (i * 1_000_003L % 5_000_000_000L) / 1_000_000_000m).ToArray();
        var body = new JsonObject
        {
            ["items"] = new JsonArray([.. costs.Select((cost, i) => new JsonObject
            {
                ["session_id"] = sessions[i % 3],
                ["input_tokens"] = i,
                ["output_tokens"] = 1,
                ["cost_usd"] = cost,
                ["occurred_at"] = $"{now.AddHours(-(i % 100)):O}",
                ["idempotency_key"] = $"k{i}",
            })]),
        }.ToJsonString();

        var first = (await Api.PostAsync(Path, body)).Ok.Items("items");
        var second = (await Api.PostAsync(Path, body)).Ok.Items("items");

        var report = await team.CostsAsync();
        Assert.Multiple(() =>
        {
            Assert.That(first.Select(item => (item.Number("status"), item.Flag("replayed"))), Has.Exactly(1_000).Items.And.All.EqualTo((200L, false)));
            Assert.That(second.Select(item => (item.Number("status"), item.Flag("replayed"))), Has.Exactly(1_000).Items.And.All.EqualTo((200L, true)));
            Assert.That(first.Select(item => item.Text("usage_id")).Distinct().Count(), Is.EqualTo(1_000));
            Assert.That(report.Usd("total_cost_usd"), Is.EqualTo(costs.Sum()));
            Assert.That(report.Number("total_input_tokens"), Is.EqualTo(499_500));
        });
        for (var place = 0; place < 3; place++)
        {
            Assert.That((await team.SessionAsync(sessions[place])).Usd("cost_usd"), Is.EqualTo(costs.Where((_, i) => i % 3 == place).Sum()));
        }

        Assert.That((await Api.GetAsync($"/tasks/{task}")).Ok.Usd("spent_usd"), Is.EqualTo(costs.Where((_, i) => i % 3 != 1).Sum()));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [TestCase(0)]
    [TestCase(1_001)]
    public async Task Empty_or_too_long_batch_is_refused_as_a_whole(int count)
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();

        await RefusedAsync(BatchOf(session, count), HttpStatusCode.UnprocessableEntity, "validation", "items");

        Assert.That((await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray(), Is.Empty);
    }

    [TestCase("{}", HttpStatusCode.UnprocessableEntity, "validation", "items")]
    [TestCase("""{"items": null}""", HttpStatusCode.UnprocessableEntity, "validation", "items")]
    [TestCase("""{"items": {}}""", HttpStatusCode.BadRequest, "malformed-body", "items")]
    [TestCase("""{"items": "all"}""", HttpStatusCode.BadRequest, "malformed-body", "items")]
    [TestCase("""{"items": 5}""", HttpStatusCode.BadRequest, "malformed-body", "items")]
    [TestCase("[]", HttpStatusCode.BadRequest, "malformed-body", "body")]
    [TestCase("", HttpStatusCode.BadRequest, "malformed-body", "body")]
    public Task Body_without_a_list_of_items_is_refused(string body, HttpStatusCode status, string problem, string member) =>
        RefusedAsync(body, status, problem, member);

    // Truncated or invalid after a valid item.
    [TestCase("{0}")]
    [TestCase("{0}]")]
    [TestCase("{0}, {{\"session_id\": ]}}")]
    [TestCase("{0}, nonsense]}}")]
    [TestCase("{0}, ]}}")]
    [TestCase("{0}, {{'session_id': 1}}]}}")]
    [TestCase("{0}]}} and more")]
    [TestCase("{0}, [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]] ]}}", Description = "nested too deeply to be read")]
    public async Task Body_that_is_not_JSON_records_nothing(string rest)
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var item = $$"""{"items": [{"session_id": {{session}}, "input_tokens": 1, "output_tokens": 1, "cost_usd": 1}""";

        var answer = await Api.PostAsync(Path, string.Format(CultureInfo.InvariantCulture, rest, item));

        Assert.That((answer.Status, answer.Json.Text("type")), Is.EqualTo((HttpStatusCode.BadRequest, "/problems/malformed-body")), answer.Text);
        Assert.That((await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Large_invalid_item_does_not_affect_its_neighbours()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var good = $$"""{"session_id": {{session}}, "input_tokens": 1, "output_tokens": 1, "cost_usd": 1}""";

        // Nested, and longer than any buffer of the reader.
        var large = $$"""{"error": {"trace": ["{{new string('e', 300_000)}}", {"again": [[[{}]]]}]}, "session_id": {{session}}}""";
        var deep = string.Concat(Enumerable.Repeat("""{"error":""", 20)) + "1" + new string('}', 20);

        var items = (await Api.PostAsync(Path, $$"""{"items": [{{good}}, {{large}}, {{good}}, {{deep}}, {{good}}]}""")).Ok.Items("items");

        Assert.That(items.Select(item => item.Number("status")), Is.EqualTo(new[] { 200, 400, 200, 400, 200 }));
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(3m));
    }

    [Test]
    public async Task Body_of_up_to_four_mebibytes_is_accepted()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();

        foreach (var size in new[] { FourMebibytes / 2, FourMebibytes })
        {
            Assert.That((await Api.PostAsync(Path, BatchOf(session, 2).PadRight(size))).Ok.Items("items"), Has.Count.EqualTo(2));
        }

        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(4m));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Larger_body_is_refused(bool chunked)
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1" + Path)
        {
            Content = new StringContent(BatchOf(session, 2).PadRight(FourMebibytes + 1), Encoding.UTF8, "application/json"),
        };

        // Waits for permission to send the body. Otherwise the answer may arrive while it is being sent, and be lost.
        request.Headers.ExpectContinue = !chunked;
        request.Headers.TransferEncodingChunked = chunked;
        var answer = await Api.SendAsync(request);

        Assert.That((answer.Status, answer.Json.Text("type")), Is.EqualTo((HttpStatusCode.RequestEntityTooLarge, "/problems/body-too-large")));
        Assert.That((await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray(), Is.Empty);
    }

    private static string BatchOf(long session, int count) => new JsonObject
    {
        ["items"] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => new JsonObject
        {
            ["session_id"] = session, ["input_tokens"] = 1, ["output_tokens"] = 1, ["cost_usd"] = 1,
        })]),
    }.ToJsonString();

    private async Task RefusedAsync(string body, HttpStatusCode status, string problem, string member)
    {
        var answer = await Api.PostAsync(Path, body);
        Assert.That((answer.Status, answer.Json.Text("type")), Is.EqualTo((status, $"/problems/{problem}")), answer.Text);
        Assert.That(answer.Json["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { member }));
    }
}
