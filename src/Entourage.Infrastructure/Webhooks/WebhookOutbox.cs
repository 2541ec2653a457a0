using System.Collections.Frozen;
using Entourage.Application.Json;
using Entourage.Application.Webhooks;
using Entourage.Domain.Events;
using Entourage.Domain.Webhooks;
using Entourage.Infrastructure.Events;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Webhooks;

/// <summary>
/// The webhook deliveries in the store. The events are the outbox: each webhook has a position in them, which advances in the transaction
/// that adds its deliveries. A conditional update claims a delivery, so that two replicas do not send it at once. A claim expires, so
/// that another replica sends the deliveries of a process that died.
/// </summary>
internal sealed class WebhookOutbox(IServiceScopeFactory scopes, IOptions<WebhookOptions> options, WebhookMetrics metrics, TimeProvider time)
{
    private const int PageSize = 200;
    private const string Disabled = "The webhook is disabled.";

    // Longer than an attempt takes, with everything around it.
    private readonly TimeSpan lease = TimeSpan.FromSeconds(3 * options.Value.TimeoutSeconds);
    private readonly TimeSpan firstWait = TimeSpan.FromSeconds(options.Value.RetrySeconds);
    private volatile FrozenSet<Guid> listeningTeamIds = [];

    /// <summary>Whether the team or its organisation had a webhook when <see cref="FillAsync(CancellationToken)"/> last ran.</summary>
    public bool HasWebhook(Guid teamId) => listeningTeamIds.Contains(teamId);

    /// <summary>Adds deliveries for the events since the previous call.</summary>
    /// <returns>Whether more events wait.</returns>
    public async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        listeningTeamIds = (await db.Teams
            .Where(team => db.Webhooks.Any(webhook => webhook.DisabledAt == null && webhook.OrganisationId == team.OrganisationId
                && (webhook.TeamId == null || webhook.TeamId == team.Id)))
            .Select(team => team.Id)
            .ToListAsync(cancellationToken)).ToFrozenSet();
        if (listeningTeamIds.Count == 0)
        {
            return false;
        }

        var newest = await EventHistory.FindNewestAsync(db, cancellationToken);
        var usageBit = Webhook.BitOf(EventKind.Usage);
        var behind = await db.Webhooks.AsNoTracking()
            .Where(webhook => webhook.DisabledAt == null)
            .Where(webhook => db.Events.Any(stored => stored.TeamId == webhook.TeamId && stored.Sequence > webhook.EventPosition)
                || (webhook.TeamId == null && webhook.EventPosition < newest.Event)
                || ((webhook.KindBits & usageBit) != 0 && webhook.UsagePosition < newest.Usage))
            .ToListAsync(cancellationToken);
        var hasMore = false;
        foreach (var webhook in behind)
        {
            hasMore |= await FillAsync(db, webhook, newest, cancellationToken);
        }

        return hasMore;
    }

    /// <summary>Counts the waiting deliveries, for the metrics.</summary>
    public async Task CountWaitingAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        metrics.Waiting = await db.WebhookDeliveries.LongCountAsync(delivery => delivery.Status == DeliveryStatus.Pending, cancellationToken);
    }

    /// <summary>Claims deliveries that are due. No other replica sends them until the claim expires.</summary>
    /// <param name="limit">The maximum number of deliveries.</param>
    /// <param name="except">Webhooks that have enough deliveries in progress.</param>
    /// <param name="cancellationToken">Cancels the claim.</param>
    public async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(int limit, IReadOnlyCollection<Guid> except, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        var now = time.GetUtcNow();
        var due = await (
                from delivery in db.WebhookDeliveries
                join webhook in db.Webhooks on delivery.WebhookId equals webhook.Id
                where delivery.Status == DeliveryStatus.Pending && delivery.NextAttemptAt <= now && !except.Contains(delivery.WebhookId)
                orderby delivery.NextAttemptAt
                select new { Delivery = delivery, webhook.Url, webhook.Secret })
            .AsNoTracking()
            .Take(limit)
            .ToListAsync(cancellationToken);
        return due.Count == 0 ? [] : await db.InTransactionAsync<IReadOnlyList<ClaimedDelivery>>(
            async inTransaction =>
            {
                var claimed = new List<ClaimedDelivery>(due.Count);
                foreach (var row in due)
                {
                    var seen = row.Delivery;
                    var until = now + lease;
                    if (await db.WebhookDeliveries
                        .Where(delivery => delivery.Sequence == seen.Sequence && delivery.Status == DeliveryStatus.Pending && delivery.Attempts == seen.Attempts)
                        .ExecuteUpdateAsync(
                            claim => claim
                                .SetProperty(delivery => delivery.Attempts, delivery => delivery.Attempts + 1)
                                .SetProperty(delivery => delivery.NextAttemptAt, until),
                            inTransaction) == 1)
                    {
                        claimed.Add(new(seen, seen.Attempts + 1, row.Url, row.Secret));
                    }
                }

                return claimed;
            },
            cancellationToken);
    }

    /// <summary>Records the result of an attempt. It has no effect if the claim has expired and another replica has taken the delivery.</summary>
    public async Task RecordAsync(ClaimedDelivery claimed, SendResult result, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        var (sequence, attempt, now) = (claimed.Delivery.Sequence, claimed.Attempt, time.GetUtcNow());
        var retryAt = result.Error is null || result.IsGone
            ? null
            : claimed.Delivery.RetryAt(attempt, firstWait, Random.Shared.NextDouble(), now);
        var status = result.Error is null ? DeliveryStatus.Delivered : retryAt is null ? DeliveryStatus.Dead : DeliveryStatus.Pending;
        var endedAt = retryAt is null ? now : default(DateTimeOffset?);
        await db.InTransactionAsync(
            async inTransaction =>
            {
                await db.WebhookDeliveries
                    .Where(delivery => delivery.Sequence == sequence && delivery.Status == DeliveryStatus.Pending && delivery.Attempts == attempt)
                    .ExecuteUpdateAsync(
                        row => row
                            .SetProperty(delivery => delivery.Status, status)
                            .SetProperty(delivery => delivery.NextAttemptAt, delivery => retryAt ?? delivery.NextAttemptAt)
                            .SetProperty(delivery => delivery.EndedAt, endedAt)
                            .SetProperty(delivery => delivery.LastStatus, result.Status)
                            .SetProperty(delivery => delivery.LastError, result.Error),
                        inTransaction);
                return result.IsGone && await DisableAsync(db, claimed.Delivery.WebhookId, now, inTransaction);
            },
            cancellationToken);
        metrics.Tried(status);
    }

    private static async Task<bool> DisableAsync(EntourageDb db, Guid webhookId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.WebhookDeliveries
            .Where(delivery => delivery.WebhookId == webhookId && delivery.Status == DeliveryStatus.Pending)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(delivery => delivery.Status, DeliveryStatus.Dead)
                    .SetProperty(delivery => delivery.EndedAt, now)
                    .SetProperty(delivery => delivery.LastError, Disabled),
                cancellationToken);
        return await db.Webhooks
            .Where(webhook => webhook.Id == webhookId && webhook.DisabledAt == null)
            .ExecuteUpdateAsync(row => row.SetProperty(webhook => webhook.DisabledAt, now), cancellationToken) == 1;
    }

    private async Task<bool> FillAsync(EntourageDb db, Webhook webhook, EventPosition newest, CancellationToken cancellationToken)
    {
        var (audience, position, withUsages) = (webhook.Audience, webhook.Position, webhook.Wants(EventKind.Usage));
        var page = await EventHistory.ReadAsync(db, audience, position, PageSize, withUsages, cancellationToken);
        if (page.Messages.Count == 0 && EventHistory.Lags(audience, position, newest, withUsages))
        {
            // Skip what belongs to others, so that it is not scanned at every run.
            var end = await EventHistory.FindEndAsync(db, audience, cancellationToken);
            page = await EventHistory.ReadUpToAsync(db, audience, position, end, PageSize, cancellationToken);
        }

        if (page.To == position)
        {
            return false;
        }

        var teamNames = await ReadTeamNamesAsync(db, webhook, page, cancellationToken);
        await db.InTransactionAsync(
            async inTransaction =>
            {
                // Another replica may have advanced the webhook, or it may have been deleted.
                if (await db.Webhooks
                    .Where(row => row.Id == webhook.Id && row.UsagePosition == position.Usage && row.EventPosition == position.Event)
                    .ExecuteUpdateAsync(
                        row => row
                            .SetProperty(moved => moved.UsagePosition, page.To.Usage)
                            .SetProperty(moved => moved.EventPosition, page.To.Event),
                        inTransaction) == 0)
                {
                    return false;
                }

                var now = time.GetUtcNow();
                db.WebhookDeliveries.AddRange(page.Messages
                    .Where(message => webhook.Wants(message.Kind))
                    .Select(message => WebhookDelivery.Create(
                        webhook.Id, message.Id, EnumNames.Of(message.Kind), WebhookBody.Of(webhook, message, teamNames.GetValueOrDefault(message.TeamId)), now)));
                await db.SaveChangesAsync(inTransaction);
                return true;
            },
            cancellationToken);
        db.ChangeTracker.Clear();
        return page.HasMore;
    }

    // A receiver that hears of one team knows which.
    private static async Task<Dictionary<Guid, string>> ReadTeamNamesAsync(EntourageDb db, Webhook webhook, EventPage page, CancellationToken cancellationToken)
    {
        if (webhook.TeamId is not null || webhook.Format == WebhookFormat.Json)
        {
            return [];
        }

        var ids = page.Messages.Select(message => message.TeamId).Distinct().ToArray();
        return await db.Teams.Where(team => ids.Contains(team.Id)).ToDictionaryAsync(team => team.Id, team => team.Name, cancellationToken);
    }
}

/// <summary>A delivery that this process has claimed.</summary>
/// <param name="Delivery">The delivery as it was before the claim.</param>
/// <param name="Attempt">The number of the attempt, from 1.</param>
/// <param name="Url">The webhook's address.</param>
/// <param name="Secret">The secret that signs it.</param>
internal sealed record ClaimedDelivery(WebhookDelivery Delivery, int Attempt, string Url, string Secret);
