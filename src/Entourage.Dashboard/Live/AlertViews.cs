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
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

internal sealed class AlertViews(IServiceScopeFactory scopes, TimeProvider time, ILogger<AlertViews> logger) : SharedViews<AlertChoice, AlertFigures>(time, logger)
{
    protected override ILiveSource<AlertFigures> CreateSource(AlertChoice id) => new AlertSource(id, scopes);
}

/// <summary>The alerts that a page shows.</summary>
/// <param name="Status">Null for any status.</param>
/// <param name="Kind">Null for any kind.</param>
public readonly record struct AlertChoice(Guid TeamId, AlertStatus? Status, AlertKind? Kind);

/// <summary>The alerts and human requests of a team, each newest first.</summary>
/// <param name="HasMore">Whether there are older alerts than <paramref name="Alerts"/>.</param>
/// <param name="Pending">The newest requests that wait for an answer.</param>
/// <param name="Requests">The newest requests, answered or not.</param>
public sealed record AlertFigures(
    TeamWithAgentsResponse Team,
    OrganisationResponse Organisation,
    IReadOnlyList<AlertResponse> Alerts,
    bool HasMore,
    IReadOnlyList<HumanRequestResponse> Pending,
    IReadOnlyList<HumanRequestResponse> Requests);

/// <summary>Reads a team's alerts and requests after each alert event. A human request raises an alert too.</summary>
internal sealed class AlertSource(AlertChoice choice, IServiceScopeFactory scopes) : ILiveSource<AlertFigures>
{
    private const int MaxRequests = 25;

    private readonly EventTail tail = new();

    public async Task<AlertFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var team = await SendAsync(new GetTeamQuery(choice.TeamId), cancellationToken);
        var organisation = await SendAsync(new GetOrganisationQuery(team.OrgId), cancellationToken);
        var alerts = await SendAsync(
            new ListAlertsQuery(Audience.OfTeam(team.Id), choice.Status, new(choice.Kind), new(PageRequest.MaxLimit, null)), cancellationToken);
        var pending = await SendAsync(
            new ListHumanRequestsQuery(team.Id, HumanRequestStatus.Pending, new(PageRequest.MaxLimit, null)), cancellationToken);
        var requests = await SendAsync(new ListHumanRequestsQuery(team.Id, null, new(MaxRequests, null)), cancellationToken);
        return new(team, organisation, alerts.Items, alerts.NextCursor is not null, pending.Items, requests.Items);
    }

    public Task FollowAsync(Action changed, CancellationToken cancellationToken)
    {
        var isFirst = true;
        return tail.FollowAsync(last => SendAsync(new StreamEventsQuery(Audience.OfTeam(choice.TeamId), last), cancellationToken), NotifyOfAlert, cancellationToken);

        // A busy team reports much usage, which this page does not show.
        void NotifyOfAlert(EventBatch batch)
        {
            if (isFirst || HasAlert(batch))
            {
                isFirst = false;
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
