using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Configuration;

/// <summary>Finds teams, agents and organisations by name or id.</summary>
/// <param name="client">The client of the server.</param>
/// <param name="team">The name or id of the command's team, or null for the only team.</param>
internal sealed class NameResolver(EntourageClient client, string? team)
{
    /// <summary>Finds the command's team.</summary>
    /// <exception cref="CommandException">No team or more than one team matches.</exception>
    public async Task<Team> FindTeamAsync(CancellationToken cancellationToken)
    {
        if (Guid.TryParse(team, out var id))
        {
            return await client.GetTeamAsync(id, cancellationToken);
        }

        var teams = await ListTeamsAsync(cancellationToken);
        return team is null
            ? Single(teams, "There is no team yet.", "There is more than one team. Specify one with --team", Describe)
            : Single([.. teams.Where(named => Matches(named.Team, team))], $"There is no team '{team}'.", $"More than one team is named '{team}'. Specify one by id", Describe);
    }

    /// <summary>Finds an agent by id, or by name in the command's team or in all teams.</summary>
    /// <exception cref="CommandException">No agent or more than one agent matches.</exception>
    public async Task<Agent> FindAgentAsync(string name, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(name, out var id))
        {
            return await client.GetAgentAsync(id, cancellationToken);
        }

        IReadOnlyList<Team> teams = team is null
            ? [.. (await ListTeamsAsync(cancellationToken)).Select(named => named.Team)]
            : [await FindTeamAsync(cancellationToken)];
        var agents = new List<Agent>();
        foreach (var one in teams)
        {
            agents.AddRange(await client.ListAgentsAsync(one.Id, cancellationToken)
                .Where(agent => agent.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .ToListAsync(cancellationToken));
        }

        return Single(agents, $"There is no agent '{name}'.", $"More than one agent is named '{name}'. Add --team, or use one of these ids", agent => agent.Id.ToString());
    }

    /// <summary>Finds an organisation by id, name or slug.</summary>
    /// <exception cref="CommandException">No organisation or more than one organisation matches.</exception>
    public async Task<Organisation> FindOrganisationAsync(string name, CancellationToken cancellationToken)
    {
        var organisations = await client.ListOrganisationsAsync(cancellationToken)
            .Where(one => one.Id.ToString() == name || Matches(one.Name, name) || Matches(one.Slug, name))
            .ToListAsync(cancellationToken);
        return Single(organisations, $"There is no organisation '{name}'.", $"More than one organisation is named '{name}'. Use one of these slugs", one => one.Slug);
    }

    private async Task<IReadOnlyList<(Organisation Organisation, Team Team)>> ListTeamsAsync(CancellationToken cancellationToken)
    {
        var teams = new List<(Organisation, Team)>();
        try
        {
            await foreach (var organisation in client.ListOrganisationsAsync(cancellationToken))
            {
                teams.AddRange(await client.ListTeamsAsync(organisation.Id, cancellationToken)
                    .Select(one => (organisation, one))
                    .ToListAsync(cancellationToken));
            }
        }
        catch (EntourageException exception) when (exception.Status == System.Net.HttpStatusCode.Forbidden)
        {
            throw new CommandException("Your key cannot look up teams by name. Use the id.", ExitCodes.Failed);
        }

        return teams;
    }

    private static bool Matches(Team team, string name) => Matches(team.Slug, name) || Matches(team.Name, name);

    private static bool Matches(string text, string name) => text.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string Describe((Organisation Organisation, Team Team) named) => $"{named.Team.Slug} ({named.Organisation.Slug}, {named.Team.Id})";

    private static Team Single(
        IReadOnlyList<(Organisation Organisation, Team Team)> found, string none, string many, Func<(Organisation, Team), string> describe) =>
        Single<(Organisation Organisation, Team Team)>(found, none, many, describe).Team;

    private static T Single<T>(IReadOnlyList<T> found, string none, string many, Func<T, string> describe) => found.Count switch
    {
        0 => throw new CommandException(none, ExitCodes.Failed),
        1 => found[0],
        _ => throw new CommandException($"{many}: {string.Join(", ", found.Select(describe))}."),
    };
}
