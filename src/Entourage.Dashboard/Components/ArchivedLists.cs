using Entourage.Application.Agents;
using Entourage.Application.Organisations;
using Entourage.Application.Paging;
using Entourage.Application.Teams;
using Entourage.Dashboard.Requests;

namespace Entourage.Dashboard.Components;

/// <summary>Reads the lists of archived agents, teams and organisations.</summary>
internal static class ArchivedLists
{
    public static async Task<(IReadOnlyList<(string Name, string Address)> Items, string? Next)> OrganisationsAsync(RequestSender sender, string? cursor)
    {
        var page = (await sender.TryAsync(new ListOrganisationsQuery(PageAfter(cursor), Archived: true))).Answer;
        return ([.. page?.Items.Select(organisation => (organisation.Name, $"/orgs/{organisation.Id}/settings")) ?? []], page?.NextCursor);
    }

    public static async Task<(IReadOnlyList<(string Name, string Address)> Items, string? Next)> TeamsAsync(RequestSender sender, Guid organisationId, string? cursor)
    {
        var page = (await sender.TryAsync(new ListTeamsQuery(organisationId, PageAfter(cursor), Archived: true))).Answer;
        return ([.. page?.Items.Select(team => (team.Name, $"/teams/{team.Id}/settings")) ?? []], page?.NextCursor);
    }

    public static async Task<(IReadOnlyList<(string Name, string Address)> Items, string? Next)> AgentsAsync(RequestSender sender, Guid teamId, string? cursor)
    {
        var page = (await sender.TryAsync(new ListAgentsQuery(teamId, PageAfter(cursor), Archived: true))).Answer;
        return ([.. page?.Items.Select(agent => (agent.Name, $"/agents/{agent.Id}")) ?? []], page?.NextCursor);
    }

    private static PageRequest PageAfter(string? cursor) => new(PageRequest.MaxLimit, cursor);
}
