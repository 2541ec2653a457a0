using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Entourage.Domain.Events;
using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>An address that is told of a team's events.</summary>
public record WebhookResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The team.</summary>
    public required Guid TeamId { get; init; }

    /// <summary>Where its messages go.</summary>
    public required string Url { get; init; }

    /// <summary>What it is told of.</summary>
    public required IReadOnlyList<EventKind> Events { get; init; }

    /// <summary>How its messages are written.</summary>
    public required WebhookFormat Format { get; init; }

    /// <summary>When it was made (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its receiver answered 410 Gone (UTC); it is told nothing any more.</summary>
    public required DateTimeOffset? DisabledAt { get; init; }

    internal static WebhookResponse From(Webhook webhook) => new()
    {
        Id = webhook.Id,
        TeamId = webhook.TeamId,
        Url = webhook.Url,
        Events = webhook.Kinds,
        Format = webhook.Format,
        CreatedAt = webhook.CreatedAt,
        DisabledAt = webhook.DisabledAt,
    };
}

/// <summary>A webhook that was just made, with its secret. It is not shown again.</summary>
public sealed record NewWebhookResponse : WebhookResponse
{
    /// <summary>For what was stored as JSON.</summary>
    public NewWebhookResponse()
    {
    }

    /// <summary>Adds to what is told of a webhook.</summary>
    [SetsRequiredMembers]
    public NewWebhookResponse(WebhookResponse webhook, string secret)
        : base(webhook)
    {
        Secret = secret;
    }

    /// <summary>What its messages are signed with: <c>whsec_</c> and a key in Base64.</summary>
    [JsonPropertyOrder(1)]
    public required string Secret { get; init; }
}

/// <summary>A message to a webhook, and what became of it.</summary>
public sealed record DeliveryResponse
{
    /// <summary>The header <c>Webhook-Id</c>, the same each time it is sent.</summary>
    public required Guid Id { get; init; }

    /// <summary>The webhook.</summary>
    public required Guid WebhookId { get; init; }

    /// <summary>The event.</summary>
    public required Guid EventId { get; init; }

    /// <summary>What it tells of: the name of an event's kind, or <c>test</c>.</summary>
    public required string Type { get; init; }

    /// <summary>How it stands.</summary>
    public required DeliveryStatus Status { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it was made (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is tried next (UTC), if nothing becomes of a try that is on its way; null when it is not to be.</summary>
    public required DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When it was delivered, or given up (UTC).</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>The status of the last answer; null when there was none.</summary>
    public required int? LastStatus { get; init; }

    /// <summary>Why the last try failed; null when none did.</summary>
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
