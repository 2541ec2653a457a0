using Entourage.Domain.Budgets;
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

    /// <summary>A card with a sentence, for a workflow of Microsoft Teams.</summary>
    MicrosoftTeams,

    /// <summary>An event of PagerDuty's Events API, version 2.</summary>
    Pagerduty,

    /// <summary>An e-mail. The URL is <c>mailto:</c> and an address.</summary>
    Email,
}

/// <summary>A subscription of a URL to the events of a team, or of all teams of an organisation.</summary>
public sealed class Webhook
{
    /// <summary>The longest URL, in characters.</summary>
    public const int UrlLength = 2_000;

    /// <summary>The longest routing key, in characters.</summary>
    public const int RoutingKeyLength = 100;

    /// <summary>Where PagerDuty receives events.</summary>
    public const string PagerdutyUrl = "https://events.pagerduty.com/v2/enqueue";

    private Webhook()
    {
    }

    /// <summary>The store's sequence number; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The organisation.</summary>
    public Guid OrganisationId { get; private init; }

    /// <summary>The team; null for the events of the whole organisation.</summary>
    public Guid? TeamId { get; private init; }

    /// <summary>Whose events it receives.</summary>
    public Audience Audience => TeamId is { } teamId ? Audience.OfTeam(teamId) : Audience.OfOrganisation(OrganisationId);

    /// <summary>The receiver's absolute http, https or mailto URL.</summary>
    public string Url { get; private init; } = "";

    /// <summary>The subscribed kinds of event: a bit for each <see cref="EventKind"/>, by its number.</summary>
    public int KindBits { get; private init; }

    /// <summary>The subscribed kinds of event.</summary>
    public IReadOnlyList<EventKind> Kinds => [.. Enum.GetValues<EventKind>().Where(Wants)];

    /// <summary>The format of the messages.</summary>
    public WebhookFormat Format { get; private init; }

    /// <summary>PagerDuty's integration key, which selects the service; null for other formats.</summary>
    public string? RoutingKey { get; private init; }

    /// <summary>How often it receives a digest.</summary>
    public DigestPeriod Digest { get; private init; }

    /// <summary>When the next digest is due (UTC); null without one.</summary>
    public DateTimeOffset? NextDigestAt { get; private init; }

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
    /// <param name="organisationId">The organisation.</param>
    /// <param name="team">The team; null for all teams of the organisation.</param>
    /// <param name="target">Where and what to send.</param>
    /// <param name="position">The current end of the event stream.</param>
    /// <param name="now">The current time (UTC).</param>
    public static Webhook Create(Guid organisationId, Team? team, WebhookTarget target, EventPosition position, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OrganisationId = organisationId,
        TeamId = team?.Id,
        Url = target.Url,
        KindBits = target.Kinds.Aggregate(0, (bits, kind) => bits | BitOf(kind)),
        Format = target.Format,
        RoutingKey = target.RoutingKey,
        Digest = target.Digest,
        NextDigestAt = DigestSchedule.NextAfter(now, target.Digest, team is null ? BudgetCalendar.Utc : BudgetCalendar.Of(team.Timezone)),
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

/// <summary>Where a webhook sends what.</summary>
/// <param name="Url">The receiver's URL.</param>
/// <param name="Kinds">The kinds of event to subscribe to.</param>
/// <param name="Format">The format of the messages.</param>
/// <param name="RoutingKey">PagerDuty's integration key; null for other formats.</param>
/// <param name="Digest">How often to send a digest.</param>
public sealed record WebhookTarget(
    string Url, IReadOnlyList<EventKind> Kinds, WebhookFormat Format = WebhookFormat.Json, string? RoutingKey = null, DigestPeriod Digest = DigestPeriod.None);
