using Entourage.Domain.Events;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Webhooks;

/// <summary>The format of a webhook's messages.</summary>
public enum WebhookFormat
{
    /// <summary>The event as a JSON object; the default.</summary>
    Json,

    /// <summary>A sentence, for Slack and compatible receivers.</summary>
    Slack,
}

/// <summary>A subscription of a URL to a team's events.</summary>
public sealed class Webhook
{
    /// <summary>The longest URL, in characters.</summary>
    public const int UrlLength = 2_000;

    private Webhook()
    {
    }

    /// <summary>The store's sequence number; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The team.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The receiver's absolute http or https URL.</summary>
    public string Url { get; private init; } = "";

    /// <summary>The subscribed kinds of event: a bit for each <see cref="EventKind"/>, by its number.</summary>
    public int KindBits { get; private init; }

    /// <summary>The subscribed kinds of event.</summary>
    public IReadOnlyList<EventKind> Kinds => [.. Enum.GetValues<EventKind>().Where(Wants)];

    /// <summary>The format of the messages.</summary>
    public WebhookFormat Format { get; private init; }

    /// <summary>The signing secret. It is stored in plain text, because it is needed to sign.</summary>
    public string Secret { get; private init; } = "";

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When the receiver answered that it is gone (UTC), which ends the deliveries; null while the webhook is active.</summary>
    public DateTimeOffset? DisabledAt { get; private init; }

    /// <summary>The highest sequence of the usage records for which deliveries were created.</summary>
    public long UsagePosition { get; private init; }

    /// <summary>The highest sequence of the stored events for which deliveries were created.</summary>
    public long EventPosition { get; private init; }

    /// <summary>The position up to which deliveries were created.</summary>
    public EventPosition Position => new(UsagePosition, EventPosition);

    /// <summary>Creates a webhook for events from now on.</summary>
    /// <param name="team">The team.</param>
    /// <param name="url">The receiver's URL.</param>
    /// <param name="kinds">The kinds of event to subscribe to.</param>
    /// <param name="format">The format of the messages.</param>
    /// <param name="position">The current end of the team's event stream.</param>
    /// <param name="now">The current time (UTC).</param>
    public static Webhook Create(Team team, string url, IEnumerable<EventKind> kinds, WebhookFormat format, EventPosition position, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TeamId = team.Id,
        Url = url,
        KindBits = kinds.Aggregate(0, (bits, kind) => bits | BitOf(kind)),
        Format = format,
        Secret = WebhookSecret.Create(),
        CreatedAt = now,
        UsagePosition = position.Usage,
        EventPosition = position.Event,
    };

    /// <summary>Whether the webhook is subscribed to a kind of event.</summary>
    public bool Wants(EventKind kind) => (KindBits & BitOf(kind)) != 0;

    /// <summary>Returns the bit of a kind in <see cref="KindBits"/>.</summary>
    public static int BitOf(EventKind kind) => 1 << (int)kind;
}
