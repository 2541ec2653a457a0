namespace Entourage.Domain.Webhooks;

/// <summary>How a message stands. The numbers are stored and never change.</summary>
public enum DeliveryStatus
{
    /// <summary>It is to be sent, again perhaps.</summary>
    Pending = 1,

    /// <summary>Its receiver took it.</summary>
    Delivered = 2,

    /// <summary>Nobody tries any more.</summary>
    Dead = 3,
}

/// <summary>A message to a webhook, and what became of it. There is one for each event and webhook, however often it is sent.</summary>
public sealed class WebhookDelivery
{
    /// <summary>How long it is tried.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(24);

    /// <summary>The longest name of what a message tells of, in characters.</summary>
    public const int TypeLength = 20;

    /// <summary>The longest reason kept, in characters.</summary>
    public const int ErrorLength = 200;

    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    // Receivers that failed together are not asked again together.
    private const double Jitter = 0.2;

    private WebhookDelivery()
    {
    }

    /// <summary>The order in which they were made; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>The header <c>Webhook-Id</c>, a version-7 UUID: the same each time it is sent, so that a receiver can drop doubles.</summary>
    public Guid Id { get; private init; }

    /// <summary>The webhook.</summary>
    public Guid WebhookId { get; private init; }

    /// <summary>The event; unique within a webhook.</summary>
    public Guid EventId { get; private init; }

    /// <summary>What it tells of: the name of an event's kind, or <c>test</c>.</summary>
    public string Type { get; private init; } = "";

    /// <summary>The body, as it is sent and signed.</summary>
    public string Body { get; private init; } = "";

    /// <summary>How it stands.</summary>
    public DeliveryStatus Status { get; private init; }

    /// <summary>How often it was tried, a try on its way included.</summary>
    public int Attempts { get; private init; }

    /// <summary>When it is due (UTC). While a try is on its way: when it is taken to have died with its process.</summary>
    public DateTimeOffset NextAttemptAt { get; private init; }

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When it was delivered, or given up (UTC).</summary>
    public DateTimeOffset? EndedAt { get; private init; }

    /// <summary>The status of the last answer; null when there was none.</summary>
    public int? LastStatus { get; private init; }

    /// <summary>Why the last try failed; null when none did.</summary>
    public string? LastError { get; private init; }

    /// <summary>Makes a message, due at once.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="type">What it tells of.</param>
    /// <param name="body">The body.</param>
    /// <param name="now">The present (UTC).</param>
    public static WebhookDelivery Create(Guid webhookId, Guid eventId, string type, string body, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        WebhookId = webhookId,
        EventId = eventId,
        Type = type,
        Body = body,
        Status = DeliveryStatus.Pending,
        NextAttemptAt = now,
        CreatedAt = now,
    };

    /// <summary>When to try again after a try that failed; null when it is not to be tried any more.</summary>
    /// <param name="attempt">Which try failed, from 1 on.</param>
    /// <param name="firstWait">How long to wait after the first. Each further wait is twice as long, up to an hour.</param>
    /// <param name="chance">From 0 to 1: where in the spread of a wait it falls.</param>
    /// <param name="now">The present (UTC).</param>
    public DateTimeOffset? RetryAt(int attempt, TimeSpan firstWait, double chance, DateTimeOffset now)
    {
        var seconds = Math.Min(MaxWait.TotalSeconds, firstWait.TotalSeconds * Math.Pow(2, attempt - 1));
        var at = now + TimeSpan.FromSeconds(seconds * (1 + (Jitter * ((2 * chance) - 1))));
        return at <= CreatedAt + Patience ? at : null;
    }
}
