using Entourage.Domain.Events;
using Entourage.Domain.Webhooks;

namespace Entourage.Domain.Tests.Webhooks;

internal sealed class WebhookTests
{
    [Test]
    public void A_webhook_has_its_subscriptions_and_its_start_position()
    {
        var webhook = Webhook.Create(
            Guid.Empty, Some.Team(), new("https://example.com/", [EventKind.Stop, EventKind.Usage, EventKind.Stop], WebhookFormat.Slack), new(7, 9), Some.Now);
        Assert.That(webhook.Kinds, Is.EqualTo(new[] { EventKind.Usage, EventKind.Stop }));
        Assert.That(Enum.GetValues<EventKind>().Where(webhook.Wants), Is.EqualTo(webhook.Kinds));
        Assert.That((webhook.Position, webhook.Format, webhook.CreatedAt, webhook.DisabledAt), Is.EqualTo((new EventPosition(7, 9), WebhookFormat.Slack, Some.Now, default(DateTimeOffset?))));
        Assert.That(webhook.Id.Version, Is.EqualTo(7));
    }

    [Test]
    public void Secrets_are_unique() => Assert.That(Enumerable.Range(0, 100).Select(_ => WebhookSecret.Create()), Is.Unique);

    [Test]
    public void A_signature_matches_the_specification() => Assert.That(
        // The example of the Standard Webhooks specification.
        WebhookSecret.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, """{"test": 2432232314}"""),
        Is.EqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));

    [Test]
    public void A_secret_is_not_too_long() => Assert.That(WebhookSecret.Create(), Has.Length.LessThanOrEqualTo(WebhookSecret.Length));

    [TestCase(1, 0.5, 5)]
    [TestCase(1, 0.0, 4)]
    [TestCase(1, 1.0, 6)]
    [TestCase(2, 0.5, 10)]
    [TestCase(5, 0.5, 80)]
    [TestCase(20, 0.5, 3_600)]
    [TestCase(1_000, 0.5, 3_600)]
    public void Each_wait_doubles_up_to_an_hour(int attempt, double chance, double seconds) => Assert.That(
        Message().RetryAt(attempt, TimeSpan.FromSeconds(5), chance, Some.Now), Is.EqualTo(Some.Now.AddSeconds(seconds)));

    [TestCase(23, true)]
    [TestCase(23.5, false)]
    [TestCase(25, false)]
    public void A_message_is_retried_for_a_day(double hours, bool again) => Assert.That(
        Message().RetryAt(20, TimeSpan.FromSeconds(5), 0.5, Some.Now.AddHours(hours)) is not null, Is.EqualTo(again));

    private static WebhookDelivery Message() => WebhookDelivery.Create(Guid.CreateVersion7(Some.Now), Guid.CreateVersion7(Some.Now), "stop", "{}", Some.Now);

    [Test]
    public void A_secret_is_a_random_key_of_32_bytes() =>
        Assert.That(Convert.FromBase64String(WebhookSecret.Create()["whsec_".Length..]), Has.Length.EqualTo(32));

    [Test]
    public void A_new_delivery_is_due_immediately()
    {
        var (webhook, happened) = (Guid.CreateVersion7(Some.Now), Guid.CreateVersion7(Some.Now));
        var message = WebhookDelivery.Create(webhook, happened, "stop", "{}", Some.Now);
        Assert.Multiple(() =>
        {
            Assert.That((message.WebhookId, message.EventId, message.Type, message.Body), Is.EqualTo((webhook, happened, "stop", "{}")));
            Assert.That((message.Status, message.Attempts, message.NextAttemptAt, message.CreatedAt), Is.EqualTo((DeliveryStatus.Pending, 0, Some.Now, Some.Now)));
            Assert.That((message.EndedAt, message.LastStatus, message.LastError), Is.EqualTo((default(DateTimeOffset?), default(int?), default(string))));
            Assert.That(message.Id.Version, Is.EqualTo(7));
        });
    }

    [Test]
    public void A_retry_at_the_end_of_the_day_is_the_last_one()
    {
        var hour = TimeSpan.FromHours(1);
        Assert.That(Message().RetryAt(1, hour, 0.5, Some.Now.AddHours(23)), Is.EqualTo(Some.Now.AddHours(24)));
        Assert.That(Message().RetryAt(1, hour, 0.5, Some.Now.AddHours(23).AddTicks(1)), Is.Null);
    }
}
