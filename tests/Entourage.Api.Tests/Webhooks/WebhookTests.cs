using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Entourage.Testing;

namespace Entourage.Api.Tests.Webhooks;

/// <summary>What webhooks receive, and which messages are kept.</summary>
internal sealed class WebhookTests(Store store) : WebhookFixture(store)
{
    [Test]
    public async Task Webhook_receives_its_event_kinds_in_signed_messages()
    {
        var made = await CreateAsync("usage", "session");
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 50m });
        var session = await Team.StartAsync();
        var usage = await Team.UseAsync(session, 0.012m);

        ReceivedMessage[] messages = [await Receiver.ReadAsync(), await Receiver.ReadAsync()];
        var used = messages.Single(message => message.Json.Text("type") == "usage");
        Assert.Multiple(() =>
        {
            Assert.That(messages.Select(message => message.Json.Text("type")), Is.EquivalentTo(new[] { "session", "usage" }));
            Assert.That(messages.Select(message => message.Id), Is.Unique);
            Assert.That(used.Json.Text("id"), Is.EqualTo(usage.Text("usage_id")));
            Assert.That(used.Json["data"]!.Usd("cost_usd"), Is.EqualTo(0.012m));
            Assert.That(used.Timestamp, Is.EqualTo(Host.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
            foreach (var message in messages)
            {
                Assert.That(message.Signature, Is.EqualTo(Sign(made.Text("secret")!, message)));
            }
        });
        await AssertNothingMoreAsync();
    }

    [Test]
    public async Task Alert_about_a_limit_lowered_below_spending_reaches_a_webhook()
    {
        await Team.UseAsync(await Team.StartAsync(), 5m);
        await CreateAsync("alert", "budget");
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 4m, alert_thresholds = new[] { 0.8m } });

        ReceivedMessage[] messages = [await Receiver.ReadAsync(), await Receiver.ReadAsync()];

        Assert.That(
            messages.Select(message => message.Json["data"]!.Text("kind") ?? message.Json.Text("type")),
            Is.EquivalentTo(new[] { "budget_exceeded", "budget" }));
        await AssertNothingMoreAsync();
    }

    [Test]
    public async Task Slack_receives_readable_text()
    {
        await CreateAsync(["usage", "session", "settings"], "slack");
        var session = await Team.StartAsync();
        await Team.UseAsync(session, 0.012m);
        _ = (await Api.PostAsync($"/sessions/{session}/end", new { error = "<boom> & gone" })).Ok;
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 50m });

        var texts = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var json = (await Receiver.ReadAsync()).Json;
            Assert.That(json.AsObject().Select(member => member.Key), Is.EqualTo(new[] { "text" }));
            texts.Add(json.Text("text")!);
        }

        Assert.That(texts, Is.EquivalentTo(new[]
        {
            $"Session {session} of eng-1 has begun.",
            $"Session {session} used 100 input and 10 output tokens of claude-sonnet-4-20250514: 0.012 USD.",
            $"Session {session} of eng-1 has ended (failed) at 0.012 USD. &lt;boom&gt; &amp; gone",
            "The settings of the team were changed.",
        }));
    }

    [Test]
    public async Task Secret_is_shown_once()
    {
        var made = await CreateAsync("stop", "alert");
        var (id, secret) = (made.Text("id"), made.Text("secret")!);
        Assert.That(secret, Does.StartWith("whsec_"));
        Assert.That(Convert.FromBase64String(secret["whsec_".Length..]), Has.Length.EqualTo(32));
        foreach (var path in new[] { $"/webhooks/{id}", $"/teams/{Team.Id}/webhooks", $"/webhooks/{id}/deliveries" })
        {
            var answer = await Api.GetAsync(path);
            Assert.That((answer.Status, answer.Text.Contains("secret", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.OK, false)));
        }

        var read = (await Api.GetAsync($"/webhooks/{id}")).Ok;
        Assert.Multiple(() =>
        {
            Assert.That(read["events"]!.ToJsonString(), Is.EqualTo("""["alert","stop"]"""));
            Assert.That((read.Text("team_id"), read.Text("url"), read.Text("format")), Is.EqualTo((Team.Id, Receiver.Url, "json")));
            Assert.That(read["disabled_at"], Is.Null);
        });
    }

    [Test]
    public async Task Webhook_created_twice_under_one_key_is_one()
    {
        var body = new { url = Receiver.Url, events = new[] { "stop" } };
        var first = await Api.PostAsync($"/teams/{Team.Id}/webhooks", body, "once");
        var second = await Api.PostAsync($"/teams/{Team.Id}/webhooks", body, "once");
        Assert.That(second.Created.ToJsonString(), Is.EqualTo(first.Created.ToJsonString()));
        Assert.That((await Api.GetAsync($"/teams/{Team.Id}/webhooks")).Ok.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Webhooks_of_a_team_are_listed_page_by_page()
    {
        var ids = new List<string?>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await CreateAsync("stop")).Text("id"));
        }

        var first = await Api.GetAsync($"/teams/{Team.Id}/webhooks?limit=2");
        var second = await Api.GetAsync(first.NextPath()!);
        Assert.That(first.Ok.AsArray().Concat(second.Ok.AsArray()).Select(webhook => webhook!.Text("id")), Is.EqualTo(ids));
        Assert.That(second.NextPath(), Is.Null);
    }

    [Test]
    public async Task Messages_are_listed_with_their_outcome()
    {
        var id = (await CreateAsync("settings")).Text("id")!;
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 2m });
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 3m });
        var received = new HashSet<string> { (await Receiver.ReadAsync()).Id, (await Receiver.ReadAsync()).Id, (await Receiver.ReadAsync()).Id };
        var listed = await WaitForAsync(id, deliveries => deliveries.Count == 3 && deliveries.All(delivery => delivery.Text("status") == "delivered"));
        Assert.Multiple(() =>
        {
            Assert.That(listed.Select(delivery => delivery.Text("id")), Is.EquivalentTo(received));
            Assert.That(listed.Select(delivery => delivery.Text("type")), Is.All.EqualTo("settings"));
            Assert.That(listed.Select(delivery => (delivery.Number("attempts"), delivery.Number("last_status"), delivery.Text("last_error"))), Is.All.EqualTo((1L, 204L, default(string))));
            Assert.That(listed.Select(delivery => (delivery.Text("ended_at"), delivery.Text("next_attempt_at"))), Is.All.EqualTo(("2026-06-10T12:00:00Z", default(string))));
        });
        var page = await Api.GetAsync($"/webhooks/{id}/deliveries?limit=2");
        Assert.That(page.Ok.AsArray().Concat((await Api.GetAsync(page.NextPath()!)).Ok.AsArray()).Select(delivery => delivery!.Text("id")), Is.EqualTo(listed.Select(delivery => delivery.Text("id"))));
    }

    [TestCase("json")]
    [TestCase("slack")]
    public async Task Test_message_is_delivered_like_any_other(string format)
    {
        var id = (await CreateAsync(["stop"], format)).Text("id")!;
        var accepted = (await Api.PostAsync($"/webhooks/{id}/test", null)).Expect(HttpStatusCode.Accepted);
        var message = await Receiver.ReadAsync();
        Assert.That((accepted.Text("type"), accepted.Text("status")), Is.EqualTo(("test", "pending")));
        Assert.That(message.Id, Is.EqualTo(accepted.Text("id")));
        Assert.That(format == "json" ? message.Json.Text("type") : message.Json.Text("text"), format == "json" ? Is.EqualTo("test") : Does.Contain("test"));
        await WaitForAsync(id, deliveries => deliveries[0].Text("status") == "delivered");
    }

    [Test]
    public async Task Deleted_webhook_receives_nothing()
    {
        var id = (await CreateAsync("settings")).Text("id")!;
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await Receiver.ReadAsync();
        Assert.That((await Api.SendAsync(HttpMethod.Delete, $"/webhooks/{id}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 2m });
        await AssertNothingMoreAsync();
        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Delete, ""), (HttpMethod.Get, "/deliveries"), (HttpMethod.Post, "/test") })
        {
            Assert.That((await Api.SendAsync(method, $"/webhooks/{id}{path}", null)).Status, Is.EqualTo(HttpStatusCode.NotFound));
        }
    }

    [Test]
    public async Task Two_replicas_send_each_message_once()
    {
        await using var other = ApiHost.StartBeside(Host);
        await CreateAsync("usage");
        var session = await Team.StartAsync();
        var ids = new List<string?>();
        for (var i = 0; i < 30; i++)
        {
            ids.Add((await (Team with { Api = i % 2 == 0 ? Api : other.Api }).UseAsync(session, 0.01m)).Text("usage_id"));
        }

        var received = new List<string?>();
        while (received.Count < ids.Count)
        {
            received.Add((await Receiver.ReadAsync()).Json.Text("id"));
        }

        Assert.That(received, Is.EquivalentTo(ids));
        await AssertNothingMoreAsync();
    }

    private static string Sign(string secret, ReceivedMessage message)
    {
        using var hash = new HMACSHA256(Convert.FromBase64String(secret.Split('_')[1]));
        return "v1," + Convert.ToBase64String(hash.ComputeHash(Encoding.UTF8.GetBytes($"{message.Id}.{message.Timestamp}.{message.Body}")));
    }
}
