using Entourage.Domain.Events;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Webhooks;

/// <summary>How a webhook's messages are written.</summary>
public enum WebhookFormat
{
    /// <summary>The event as a JSON object; the default.</summary>
    Json,

    /// <summary>A sentence, as Slack and those like it take it.</summary>
    Slack,
}

/// <summary>An address that is told of a team's events.</summary>
public sealed class Webhook
{
    /// <summary>The longest address, in characters.</summary>
    public const int UrlLength = 2_000;

    private Webhook()
    {
    }

    /// <summary>The order in which they were made; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The team.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>Where its messages go: an absolute address with http or https.</summary>
    public string Url { get; private init; } = "";

    /// <summary>What it is told of: a bit for each <see cref="EventKind"/>, by its number.</summary>
    public int KindBits { get; private init; }

    /// <summary>What it is told of.</summary>
    public IReadOnlyList<EventKind> Kinds => [.. Enum.GetValues<EventKind>().Where(Wants)];

    /// <summary>How its messages are written.</summary>
    public WebhookFormat Format { get; private init; }

    /// <summary>What its messages are signed with. In the store as it is, since it is needed to sign.</summary>
    public string Secret { get; private init; } = "";

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When its receiver said that it is gone (UTC); it is told nothing any more.</summary>
    public DateTimeOffset? DisabledAt { get; private init; }

    /// <summary>The greatest sequence of the usages that messages were made of.</summary>
    public long UsagePosition { get; private init; }

    /// <summary>The greatest sequence of the stored events that messages were made of.</summary>
    public long EventPosition { get; private init; }

    /// <summary>How far messages were made of what happened.</summary>
    public EventPosition Position => new(UsagePosition, EventPosition);

    /// <summary>Makes a webhook that is told of what happens from now on.</summary>
    /// <param name="team">The team.</param>
    /// <param name="url">Where its messages go.</param>
    /// <param name="kinds">What it is told of.</param>
    /// <param name="format">How they are written.</param>
    /// <param name="position">How far all has happened already.</param>
    /// <param name="now">The present (UTC).</param>
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

    /// <summary>Whether it is told of such events.</summary>
    public bool Wants(EventKind kind) => (KindBits & BitOf(kind)) != 0;

    /// <summary>The bit of a kind in <see cref="KindBits"/>.</summary>
    public static int BitOf(EventKind kind) => 1 << (int)kind;
}
