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
/// <param name="Subject">The team or organisation.</param>
/// <param name="Status">Null for any status.</param>
/// <param name="Kind">Null for any kind.</param>
/// <param name="Search">Null for all alerts.</param>
/// <param name="Cursor">Null for the newest.</param>
public readonly record struct AlertChoice(Audience Subject, AlertStatus? Status, AlertKind? Kind, string? Search, string? Cursor);

/// <summary>A page of the alerts of a team or organisation and its human requests, each newest first.</summary>
/// <param name="Team">The team; null for an organisation.</param>
/// <param name="TeamNames">The names of an organisation's teams; empty for a team.</param>
/// <param name="Pending">The newest requests that wait for an answer.</param>
/// <param name="Requests">The newest requests, answered or not.</param>
public sealed record AlertFigures(
    OrganisationResponse Organisation,
    TeamWithAgentsResponse? Team,
    IReadOnlyDictionary<Guid, string> TeamNames,
    Page<AlertResponse> Alerts,
    Page<HumanRequestResponse> Pending,
    IReadOnlyList<HumanRequestResponse> Requests)
{
    /// <summary>The IANA time zone of the figures.</summary>
    public string Timezone => Team?.Timezone ?? "UTC";
}

/// <summary>Reads alerts and requests after each alert event. A human request raises an alert too.</summary>
internal sealed class AlertSource(AlertChoice choice, IServiceScopeFactory scopes) : ILiveSource<AlertFigures>
{
    private const int PageSize = 25;

    private readonly EventTail tail = new();

    public async Task<AlertFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var subject = choice.Subject;
        var team = subject.TeamId is { } id ? await SendAsync(new GetTeamQuery(id), cancellationToken) : null;
        var organisation = await SendAsync(new GetOrganisationQuery(team?.OrgId ?? subject.Id), cancellationToken);
        var names = team is null
            ? (await SendAsync(new ListTeamsQuery(organisation.Id, new(PageRequest.MaxLimit, null)), cancellationToken)).Items.ToDictionary(each => each.Id, each => each.Name)
            : [];
        var page = new PageRequest(PageSize, choice.Cursor) { Search = choice.Search };
        return new(
            organisation,
            team,
            names,
            await SendAsync(new ListAlertsQuery(subject, choice.Status, new(choice.Kind), page), cancellationToken),
            await SendAsync(new ListHumanRequestsQuery(subject, HumanRequestStatus.Pending, new(PageSize, null)), cancellationToken),
            (await SendAsync(new ListHumanRequestsQuery(subject, null, new(PageSize, null)), cancellationToken)).Items);
    }

    public Task FollowAsync(Action changed, CancellationToken cancellationToken)
    {
        var isFirst = true;
        return tail.FollowAsync(last => SendAsync(new StreamEventsQuery(choice.Subject, last), cancellationToken), NotifyOfAlert, cancellationToken);

        // Busy agents report much usage, which this page does not show.
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
