using Entourage.Application.Organisations;
using Entourage.Application.Teams;
using Entourage.Dashboard.Layout;
using Entourage.Dashboard.Requests;
using Entourage.Domain.Teams;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Entourage.Dashboard.Pages;

/// <summary>A page that shows data as it was when the page was loaded.</summary>
public abstract class StaticPage : ComponentBase
{
    [Inject]
    private protected RequestSender Sender { get; set; } = null!;

    [Inject]
    private protected NavigationState NavigationState { get; set; } = null!;

    [Inject]
    private protected IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private protected Notices Notices { get; set; } = null!;

    /// <summary>The fault of the last request.</summary>
    protected Fault? Fault { get; set; }

    protected override void OnInitialized() => NavigationState.ClearLiveState();

    /// <summary>Loads the page's team or organisation and sets the breadcrumb. Returns its name and time zone, or null if there is a <see cref="Fault"/>.</summary>
    private protected async Task<(string Name, string Timezone)?> LoadAsync(Audience subject) => subject.IsTeam
        ? await LoadTeamAsync(subject.Id) is { } team ? (team.Name, team.Timezone) : null
        : await LoadOrganisationAsync(subject.Id) is { } organisation ? (organisation.Name, "UTC") : null;

    /// <summary>Loads the page's team and sets the breadcrumb. Returns null if there is a <see cref="Fault"/>.</summary>
    /// <param name="id">The team.</param>
    /// <param name="below">The link of the page itself, if it is below the team.</param>
    private protected async Task<TeamWithAgentsResponse?> LoadTeamAsync(Guid id, NavigationLink? below = null)
    {
        (var team, Fault) = await Sender.TryAsync(new GetTeamQuery(id));
        if (team is null)
        {
            return null;
        }

        (var organisation, Fault) = await Sender.TryAsync(new GetOrganisationQuery(team.OrgId));
        if (organisation is null)
        {
            return null;
        }

        IReadOnlyList<NavigationLink> trail = [NavigationLink.Organisation(organisation.Id, organisation.Name), NavigationLink.Team(team.Id, team.Name)];
        NavigationState.SetTrail(below is null ? trail : [.. trail, below]);
        return team;
    }

    /// <summary>Loads the page's organisation and sets the breadcrumb. Returns null if there is a <see cref="Fault"/>.</summary>
    protected async Task<OrganisationResponse?> LoadOrganisationAsync(Guid id)
    {
        (var organisation, Fault) = await Sender.TryAsync(new GetOrganisationQuery(id));
        if (organisation is not null)
        {
            NavigationState.SetTrail(NavigationLink.Organisation(organisation.Id, organisation.Name));
        }

        return organisation;
    }
}
