using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Webhooks;

/// <summary>Receivers that fail in various ways.</summary>
internal sealed class WebhookRetryTests(Store store) : WebhookFixture(store)
{
    // Longer than the first wait including its jitter.
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(6.1);

    [Test]
    public async Task Refused_message_is_sent_again_under_the_same_id()
    {
        Receiver.Answer = WebhookReceiver.AnswerWith(HttpStatusCode.InternalServerError);
        var id = (await CreateAsync("settings")).Text("id")!;
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var first = await Receiver.ReadAsync();
        var failed = (await WaitForAsync(id, deliveries => deliveries[0].Text("last_error") is not null))[0];
        Assert.That((failed.Text("status"), failed.Number("attempts"), failed.Number("last_status")), Is.EqualTo(("pending", 1L, 500L)));
        Assert.That(DateTimeOffset.Parse(failed.Text("next_attempt_at")!, System.Globalization.CultureInfo.InvariantCulture) - Host.Clock.GetUtcNow(),
            Is.InRange(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6)));

        Receiver.Answer = WebhookReceiver.AnswerWith(HttpStatusCode.OK);
        Host.Clock.Advance(FirstWait);
        var second = await Receiver.ReadAsync();
        var taken = (await WaitForAsync(id, deliveries => deliveries[0].Text("status") == "delivered"))[0];
        Assert.That((second.Id, second.Body), Is.EqualTo((first.Id, first.Body)));
        Assert.That(second.Timestamp, Is.Not.EqualTo(first.Timestamp));
        Assert.That((taken.Number("attempts"), taken.Text("last_error")), Is.EqualTo((2L, default(string))));
    }

    [Test]
    public async Task Receiver_gets_every_message_after_an_outage()
    {
        var url = Receiver.Url;
        await Receiver.DisposeAsync();
        var id = (await CreateAsync(["settings"], "json", url)).Text("id")!;
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 2m });
        var failed = await WaitForAsync(id, deliveries => deliveries.Count == 2 && deliveries.All(delivery => delivery.Text("last_error") is not null));
        Assert.That(failed.Select(delivery => delivery.Text("last_error")), Is.All.EqualTo("The receiver could not be reached."));

        await using var back = await WebhookReceiver.StartAsync(new Uri(url).Port);
        Host.Clock.Advance(FirstWait);
        var received = new[] { await back.ReadAsync(), await back.ReadAsync() };
        Assert.That(received.Select(message => message.Json["data"]!.Usd("daily_cost_limit_usd")), Is.EquivalentTo(new decimal?[] { 1m, 2m }));
    }

    [Test]
    public async Task Message_is_sent_again_after_a_broken_connection()
    {
        Receiver.Answer = WebhookReceiver.BreakAsync;
        var id = (await CreateAsync("settings")).Text("id")!;
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var first = await Receiver.ReadAsync();
        await WaitForAsync(id, deliveries => deliveries[0].Text("last_error") is not null);
        Receiver.Answer = WebhookReceiver.AnswerWith(HttpStatusCode.NoContent);
        Host.Clock.Advance(FirstWait);

        // The client may have retried on its own, over an earlier connection.
        await WaitForAsync(id, deliveries => deliveries[0].Text("status") == "delivered");
        Assert.That(Receiver.All.Select(message => message.Id), Is.All.EqualTo(first.Id));
        Assert.That(Receiver.All, Has.Count.GreaterThan(1));
    }

    [Test]
    public async Task Unresponsive_receiver_does_not_delay_others()
    {
        await using var slow = await WebhookReceiver.StartAsync();
        slow.Answer = WebhookReceiver.HangAsync;
        var id = (await CreateAsync(["settings"], "json", slow.Url)).Text("id")!;
        await CreateAsync("settings");
        for (var i = 0; i < 20; i++)
        {
            await Team.ConfigureAsync(new { daily_cost_limit_usd = 1m + i });
        }

        var received = new List<decimal?>();
        while (received.Count < 20)
        {
            received.Add((await Receiver.ReadAsync()).Json["data"]!.Usd("daily_cost_limit_usd"));
        }

        Assert.That(received, Is.EquivalentTo(Enumerable.Range(0, 20).Select(i => (decimal?)(1m + i))));
        var waited = await WaitForAsync(id, deliveries => deliveries.Any(delivery => delivery.Text("last_error") is not null));
        Assert.That(waited.Select(delivery => delivery.Text("last_error")).OfType<string>().Distinct(), Is.EqualTo(new[] { "The receiver did not answer within 2 seconds." }));
    }

    [TestCase(HttpStatusCode.Found)]
    [TestCase(HttpStatusCode.TemporaryRedirect)]
    public async Task Redirect_is_not_followed(HttpStatusCode status)
    {
        await using var elsewhere = await WebhookReceiver.StartAsync();
        Receiver.Answer = (context, _) =>
        {
            (context.Response.StatusCode, context.Response.Headers.Location) = ((int)status, elsewhere.Url);
            return Task.CompletedTask;
        };
        var id = (await CreateAsync("settings")).Text("id")!;
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await Receiver.ReadAsync();
        var failed = (await WaitForAsync(id, deliveries => deliveries[0].Text("last_error") is not null))[0];
        Assert.That((failed.Text("status"), failed.Number("last_status")), Is.EqualTo(("pending", (long)status)));
        Assert.That(elsewhere.All, Is.Empty);
    }

    [Test]
    public async Task Webhook_is_disabled_when_its_receiver_answers_gone()
    {
        Receiver.Answer = WebhookReceiver.AnswerWith(HttpStatusCode.Gone);
        var id = (await CreateAsync("settings")).Text("id")!;
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await Receiver.ReadAsync();
        var dead = (await WaitForAsync(id, deliveries => deliveries[0].Text("status") == "dead"))[0];
        Assert.That(dead.Number("last_status"), Is.EqualTo(410));
        Assert.That((await Api.GetAsync($"/webhooks/{id}")).Ok.Text("disabled_at"), Is.Not.Null);
        var refused = await Api.PostAsync($"/webhooks/{id}/test", null);
        Assert.That((refused.Status, refused.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/webhook-disabled")));
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 2m });
        await AssertNothingMoreAsync();
    }

    [Test]
    public async Task Message_is_given_up_after_a_day()
    {
        Receiver.Answer = WebhookReceiver.AnswerWith(HttpStatusCode.BadGateway);
        var id = (await CreateAsync("settings")).Text("id")!;
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await Receiver.ReadAsync();
        await WaitForAsync(id, deliveries => deliveries[0].Number("last_status") == 502);
        Host.Clock.Advance(TimeSpan.FromHours(24));
        await Receiver.ReadAsync();
        var dead = (await WaitForAsync(id, deliveries => deliveries[0].Text("status") == "dead"))[0];
        Assert.That((dead.Number("attempts"), dead.Text("next_attempt_at")), Is.EqualTo((2L, default(string))));
    }
}
