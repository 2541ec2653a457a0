using System.Globalization;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Alerts;
using Entourage.Application.Budgets;
using Entourage.Application.Costs;
using Entourage.Application.Overviews;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Teams;
using Entourage.Domain.Webhooks;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Webhooks;

/// <summary>
/// Creates the digests that are due. Several replicas may run it at the same time: advancing a webhook's time and adding its message is one
/// transaction. After an outage it sends one digest, not one for each that was missed.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="mediator">Reads the figures, as the API does.</param>
/// <param name="caller">Becomes Entourage itself.</param>
/// <param name="time">The clock.</param>
public sealed class Digests(IEntourageDb db, IMediator mediator, CallerContext caller, TimeProvider time)
{
    /// <summary>The maximum number of agents and models in a digest.</summary>
    public const int MaxTop = 5;

    /// <summary>Adds the messages of all digests that are due.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        caller.Current = Caller.Entourage;
        var now = time.GetUtcNow();
        var due = await db.Webhooks.AsNoTracking()
            .Where(webhook => webhook.NextDigestAt <= now && webhook.DisabledAt == null)
            // Nobody reads about what is archived. After a restore, one digest is sent.
            .Where(webhook => !db.Teams.Any(team => team.Id == webhook.TeamId && team.ArchivedAt != null)
                && !db.Organisations.Any(organisation => organisation.Id == webhook.OrganisationId && organisation.ArchivedAt != null))
            .ToListAsync(cancellationToken);
        foreach (var webhook in due)
        {
            await CreateAsync(webhook, now, cancellationToken);
        }
    }

    private async Task CreateAsync(Webhook webhook, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var subject = await CostSubject.OfAsync(db, webhook.Audience, cancellationToken);
        var digest = await ReadAsync(webhook, subject, now, cancellationToken);
        var next = DigestSchedule.NextAfter(now, webhook.Digest, subject.Calendar);
        await db.InTransactionAsync(
            async inTransaction =>
            {
                if (await db.Webhooks
                    .Where(row => row.Id == webhook.Id && row.NextDigestAt == webhook.NextDigestAt)
                    .ExecuteUpdateAsync(row => row.SetProperty(moved => moved.NextDigestAt, next), inTransaction) == 0)
                {
                    return false;
                }

                var eventId = Guid.CreateVersion7(now);
                db.WebhookDeliveries.Add(WebhookDelivery.Create(
                    webhook.Id, eventId, WebhookBody.DigestType, WebhookBody.OfDigest(webhook, eventId, digest, now), now));
                await db.SaveChangesAsync(inTransaction);
                return true;
            },
            cancellationToken);
    }

    private async Task<DigestResponse> ReadAsync(Webhook webhook, CostSubject subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var days = DigestSchedule.DaysBefore(now, webhook.Digest, subject.Calendar);
        var length = days.Last.DayNumber - days.First.DayNumber + 1;
        var costs = await ReadCostsAsync(webhook.Audience, days.First, days.Last, cancellationToken);
        var previous = await ReadCostsAsync(webhook.Audience, days.First.AddDays(-length), days.First.AddDays(-1), cancellationToken);
        var (name, spentMonth, caps) = await ReadStandingAsync(webhook.Audience, cancellationToken);
        var teams = subject.Teams;
        return new()
        {
            Name = name,
            From = days.First,
            To = days.Last,
            Timezone = subject.Timezone,
            CostUsd = costs.TotalCostUsd,
            PreviousCostUsd = previous.TotalCostUsd,
            SpentMonthUsd = spentMonth,
            ForecastMonthUsd = costs.ForecastMonthUsd ?? spentMonth,
            Caps = caps,
            TopAgents = [.. costs.ByAgent.Take(MaxTop)],
            TopModels = [.. costs.ByModel.Take(MaxTop)],
            OpenAlerts = await db.AlertsOf(webhook.Audience).WithStatus(AlertStatus.Open, now).CountAsync(cancellationToken),
            PendingRequests = await db.HumanRequests.CountAsync(
                asked => teams.Contains(asked.TeamId) && asked.Status == HumanRequestStatus.Pending, cancellationToken),
        };
    }

    private async Task<(string Name, MoneyTotal SpentMonth, IReadOnlyList<BudgetStatusResponse> Caps)> ReadStandingAsync(
        Audience audience, CancellationToken cancellationToken)
    {
        if (audience.TeamId is { } teamId)
        {
            var team = await mediator.Send(new GetTeamOverviewQuery(teamId), cancellationToken);
            return (team.Name, team.SpentMonthUsd, team.Caps);
        }

        var organisation = await mediator.Send(new GetOrganisationOverviewQuery(audience.Id), cancellationToken);
        return (organisation.Name, organisation.SpentMonthUsd, organisation.Caps);
    }

    private Task<CostsResponse> ReadCostsAsync(Audience audience, DateOnly first, DateOnly last, CancellationToken cancellationToken) =>
        mediator.Send(new GetCostsQuery(audience, new(TextOf(first), TextOf(last), null, null, null, null), new(1, null)), cancellationToken);

    private static string TextOf(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
