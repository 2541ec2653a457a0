using Entourage.Application.Access;
using Entourage.Application.Alerts;
using Entourage.Application.Events;
using Entourage.Application.HumanRequests;
using Entourage.Application.Organisations;
using Entourage.Application.Paging;
using Entourage.Application.Teams;
using Entourage.Dashboard.Requests;
using Entourage.Domain.Alerts;
using Entourage.Domain.Events;
using Entourage.Domain.HumanRequests;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

/// <summary>What people of teams should look at.</summary>
public sealed class AlertViews(IServiceScopeFactory scopes, TimeProvider time, ILogger<AlertViews> logger) : SharedViews<AlertChoice, AlertFigures>(time, logger)
{
    /// <inheritdoc/>
    protected override ILiveSource<AlertFigures> Open(AlertChoice id) => new AlertSource(id, scopes);
}

/// <summary>Which alerts to see.</summary>
/// <param name="TeamId">Those of this team.</param>
/// <param name="Status">Only those that stand so; null for all.</param>
/// <param name="Kind">Only those about this; null for all.</param>
public readonly record struct AlertChoice(Guid TeamId, AlertStatus? Status, AlertKind? Kind);

/// <summary>What people of a team should look at.</summary>
/// <param name="Team">The team, with its agents.</param>
/// <param name="Organisation">The organisation of the team.</param>
/// <param name="Alerts">The newest alerts, the newest first.</param>
/// <param name="HasMore">Whether there are older ones.</param>
/// <param name="Pending">The newest requests to people that nobody has answered, the newest first.</param>
/// <param name="Requests">The newest requests, those that were answered among them, the newest first.</param>
public sealed record AlertFigures(
    TeamWithAgentsResponse Team,
    OrganisationResponse Organisation,
    IReadOnlyList<AlertResponse> Alerts,
    bool HasMore,
    IReadOnlyList<HumanRequestResponse> Pending,
    IReadOnlyList<HumanRequestResponse> Requests);

/// <summary>Reads a team's alerts and requests when there is a new one; every request raises an alert.</summary>
internal sealed class AlertSource(AlertChoice choice, IServiceScopeFactory scopes) : ILiveSource<AlertFigures>
{
    private const int Requests = 25;

    private readonly EventTail tail = new();

    public async Task<AlertFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var team = await SendAsync(new GetTeamQuery(choice.TeamId), cancellationToken);
        var organisation = await SendAsync(new GetOrganisationQuery(team.OrgId), cancellationToken);
        var alerts = await SendAsync(
            new ListAlertsQuery(team.Id, choice.Status, choice.Kind, new(PageRequest.MaxLimit, null)), cancellationToken);
        var pending = await SendAsync(
            new ListHumanRequestsQuery(team.Id, HumanRequestStatus.Pending, new(PageRequest.MaxLimit, null)), cancellationToken);
        var requests = await SendAsync(new ListHumanRequestsQuery(team.Id, null, new(Requests, null)), cancellationToken);
        return new(team, organisation, alerts.Items, alerts.NextCursor is not null, pending.Items, requests.Items);
    }

    public Task FollowAsync(Action changed, CancellationToken cancellationToken)
    {
        var follows = false;
        return tail.FollowAsync(last => SendAsync(new StreamTeamEventsQuery(choice.TeamId, last), cancellationToken), Check, cancellationToken);

        // The page shows no usages, so those of a busy team do not refresh it.
        void Check(EventBatch batch)
        {
            if (!follows || HasAlert(batch))
            {
                follows = true;
                changed();
            }
        }
    }

    private static bool HasAlert(EventBatch batch)
    {
        foreach (var (_, message) in batch.Events.Span)
        {
            if (message.Kind == EventKind.Alert)
            {
                return true;
            }
        }

        return false;
    }

    private Task<T> SendAsync<T>(IRequest<T> request, CancellationToken cancellationToken) =>
        RequestSender.SendAsync(scopes, Caller.Entourage, request, cancellationToken);
}
