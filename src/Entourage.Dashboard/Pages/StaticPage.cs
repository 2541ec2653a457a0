using Entourage.Application.Organisations;
using Entourage.Application.Teams;
using Entourage.Dashboard.Layout;
using Entourage.Dashboard.Requests;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Entourage.Dashboard.Pages;

/// <summary>A page that shows what there was when it was read.</summary>
public abstract class StaticPage : ComponentBase
{
    /// <summary>Sends the page's requests.</summary>
    [Inject]
    protected RequestSender Sender { get; set; } = null!;

    /// <summary>Where the visitor is.</summary>
    [Inject]
    protected NavigationState NavigationState { get; set; } = null!;

    /// <summary>Shows dialogs.</summary>
    [Inject]
    protected IDialogService Dialogs { get; set; } = null!;

    /// <summary>Says what was done.</summary>
    [Inject]
    protected Notices Notices { get; set; } = null!;

    /// <summary>What is wrong with what was last asked.</summary>
    protected Fault? Fault { get; set; }

    /// <inheritdoc/>
    protected override void OnInitialized() => NavigationState.ShowNothing();

    /// <summary>Goes to a page of a team.</summary>
    /// <returns>The team; null where there is a fault.</returns>
    protected async Task<TeamWithAgentsResponse?> EnterTeamAsync(Guid id)
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

        NavigationState.Go(NavigationLink.Organisation(organisation.Id, organisation.Name), NavigationLink.Team(team.Id, team.Name));
        return team;
    }

    /// <summary>Goes to a page of an organisation.</summary>
    /// <returns>The organisation; null where there is a fault.</returns>
    protected async Task<OrganisationResponse?> EnterOrganisationAsync(Guid id)
    {
        (var organisation, Fault) = await Sender.TryAsync(new GetOrganisationQuery(id));
        if (organisation is not null)
        {
            NavigationState.Go(NavigationLink.Organisation(organisation.Id, organisation.Name));
        }

        return organisation;
    }
}
