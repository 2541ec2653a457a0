using Entourage.Application.Organisations;
using Entourage.Application.Teams;
using Entourage.Dashboard.Layout;
using Entourage.Dashboard.Requests;
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

    /// <summary>Loads the page's team and sets the breadcrumb. Returns null if there is a <see cref="Fault"/>.</summary>
    protected async Task<TeamWithAgentsResponse?> LoadTeamAsync(Guid id)
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

        NavigationState.SetTrail(NavigationLink.Organisation(organisation.Id, organisation.Name), NavigationLink.Team(team.Id, team.Name));
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
