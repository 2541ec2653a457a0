using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Entourage.Domain.Events;
using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>A webhook, which receives the events of a team or of all teams of an organisation.</summary>
public record WebhookResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The organisation.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The team; null if it receives the events of all teams.</summary>
    public required Guid? TeamId { get; init; }

    /// <summary>The URL to which messages are sent.</summary>
    public required string Url { get; init; }

    /// <summary>The kinds of event that it receives.</summary>
    public required IReadOnlyList<EventKind> Events { get; init; }

    /// <summary>The format of its messages.</summary>
    public required WebhookFormat Format { get; init; }

    /// <summary>How often it receives a digest.</summary>
    public required DigestPeriod Digest { get; init; }

    /// <summary>When the next digest is due (UTC); null without one.</summary>
    public required DateTimeOffset? NextDigestAt { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the receiver answered 410 Gone (UTC). From then on no messages are sent.</summary>
    public required DateTimeOffset? DisabledAt { get; init; }

    internal static WebhookResponse From(Webhook webhook) => new()
    {
        Id = webhook.Id,
        OrgId = webhook.OrganisationId,
        TeamId = webhook.TeamId,
        Url = webhook.Url,
        Events = webhook.Kinds,
        Format = webhook.Format,
        Digest = webhook.Digest,
        NextDigestAt = webhook.NextDigestAt,
        CreatedAt = webhook.CreatedAt,
        DisabledAt = webhook.DisabledAt,
    };
}

/// <summary>A newly created webhook with its secret, which is not shown again.</summary>
public sealed record NewWebhookResponse : WebhookResponse
{
    /// <summary>Creates an empty instance for deserialisation.</summary>
    public NewWebhookResponse()
    {
    }

    /// <summary>Creates the response for a new webhook.</summary>
    [SetsRequiredMembers]
    public NewWebhookResponse(WebhookResponse webhook, string secret)
        : base(webhook)
    {
        Secret = secret;
    }

    /// <summary>The secret that signs the messages: <c>whsec_</c> and a key in Base64.</summary>
    [JsonPropertyOrder(1)]
    public required string Secret { get; init; }
}

/// <summary>A message to a webhook and the result of its delivery.</summary>
public sealed record DeliveryResponse
{
    /// <summary>The value of the header <c>Webhook-Id</c>, the same in each attempt.</summary>
    public required Guid Id { get; init; }

    /// <summary>The webhook.</summary>
    public required Guid WebhookId { get; init; }

    /// <summary>The event.</summary>
    public required Guid EventId { get; init; }

    /// <summary>The name of the event's kind, <c>digest</c> or <c>test</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The status of the delivery.</summary>
    public required DeliveryStatus Status { get; init; }

    /// <summary>The number of attempts.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the next attempt is due (UTC), unless one in progress succeeds; null if none is due.</summary>
    public required DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When the message was delivered or given up (UTC).</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>The status code of the last response; null if there was none.</summary>
    public required int? LastStatus { get; init; }

    /// <summary>Why the last attempt failed; null if none did.</summary>
    public required string? LastError { get; init; }

    internal static DeliveryResponse From(WebhookDelivery delivery) => new()
    {
        Id = delivery.Id,
        WebhookId = delivery.WebhookId,
        EventId = delivery.EventId,
        Type = delivery.Type,
        Status = delivery.Status,
        Attempts = delivery.Attempts,
        CreatedAt = delivery.CreatedAt,
        NextAttemptAt = delivery.Status == DeliveryStatus.Pending ? delivery.NextAttemptAt : null,
        EndedAt = delivery.EndedAt,
        LastStatus = delivery.LastStatus,
        LastError = delivery.LastError,
    };
}
