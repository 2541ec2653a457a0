namespace Entourage.Domain.Webhooks;

/// <summary>The status of a delivery. The numbers are stored and must never change.</summary>
public enum DeliveryStatus
{
    /// <summary>Waiting for the first or a further attempt.</summary>
    Pending = 1,

    /// <summary>The receiver accepted it.</summary>
    Delivered = 2,

    /// <summary>Given up.</summary>
    Dead = 3,
}

/// <summary>One message to a webhook, with its attempts. There is one for each event and webhook.</summary>
public sealed class WebhookDelivery
{
    /// <summary>How long a message is retried.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(24);

    /// <summary>The longest type, in characters.</summary>
    public const int TypeLength = 20;

    /// <summary>The longest stored error, in characters.</summary>
    public const int ErrorLength = 200;

    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    // Spreads the retries of messages that failed at the same time.
    private const double Jitter = 0.2;

    private WebhookDelivery()
    {
    }

    /// <summary>The store's sequence number; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>The header <c>Webhook-Id</c>, a version-7 UUID. It is the same for each attempt, so that a receiver can drop duplicates.</summary>
    public Guid Id { get; private init; }

    /// <summary>The webhook.</summary>
    public Guid WebhookId { get; private init; }

    /// <summary>The event; unique within a webhook.</summary>
    public Guid EventId { get; private init; }

    /// <summary>The name of the event's kind, or <c>test</c>.</summary>
    public string Type { get; private init; } = "";

    /// <summary>The body that is signed and sent.</summary>
    public string Body { get; private init; } = "";

    /// <summary>The status.</summary>
    public DeliveryStatus Status { get; private init; }

    /// <summary>The number of attempts, including one in progress.</summary>
    public int Attempts { get; private init; }

    /// <summary>When the next attempt is due (UTC). During an attempt: when the attempt is considered lost with its process.</summary>
    public DateTimeOffset NextAttemptAt { get; private init; }

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When the message was delivered or given up (UTC).</summary>
    public DateTimeOffset? EndedAt { get; private init; }

    /// <summary>The HTTP status of the last response; null if there was none.</summary>
    public int? LastStatus { get; private init; }

    /// <summary>Why the last attempt failed; null if none did.</summary>
    public string? LastError { get; private init; }

    /// <summary>Creates a message that is due immediately.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="type">The name of the event's kind, or <c>test</c>.</param>
    /// <param name="body">The body.</param>
    /// <param name="now">The current time (UTC).</param>
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

    /// <summary>Returns when to retry after a failed attempt; null to give up.</summary>
    /// <param name="attempt">The number of the failed attempt, from 1.</param>
    /// <param name="firstWait">The wait after the first attempt. Each further wait is twice as long, up to an hour.</param>
    /// <param name="chance">A random number from 0 to 1, which selects the jitter.</param>
    /// <param name="now">The current time (UTC).</param>
    public DateTimeOffset? RetryAt(int attempt, TimeSpan firstWait, double chance, DateTimeOffset now)
    {
        var seconds = Math.Min(MaxWait.TotalSeconds, firstWait.TotalSeconds * Math.Pow(2, attempt - 1));
        var at = now + TimeSpan.FromSeconds(seconds * (1 + (Jitter * ((2 * chance) - 1))));
        return at <= CreatedAt + Patience ? at : null;
    }
}
