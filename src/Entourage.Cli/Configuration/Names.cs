using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Configuration;

/// <summary>Finds teams and agents by what people call them.</summary>
/// <param name="client">Where.</param>
/// <param name="team">The team that the command is about, as it was named; null where there is but one.</param>
internal sealed class Names(EntourageClient client, string? team)
{
    /// <summary>The team that the command is about.</summary>
    /// <exception cref="CommandException">There is none, or more than one.</exception>
    public async Task<Team> TeamAsync(CancellationToken cancellationToken)
    {
        if (Guid.TryParse(team, out var id))
        {
            return await client.GetTeamAsync(id, cancellationToken);
        }

        var teams = await ListTeamsAsync(cancellationToken);
        return team is null
            ? OnlyOne(teams, "There is no team yet.", "Which team? --team takes a name or an id", Called)
            : OnlyOne([.. teams.Where(named => Is(named.Team, team))], $"There is no team '{team}'.", $"More than one team is called '{team}'", Called);
    }

    /// <summary>An agent by its name, in the team if one is named, or by its id.</summary>
    /// <exception cref="CommandException">There is none, or more than one.</exception>
    public async Task<Agent> AgentAsync(string name, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(name, out var id))
        {
            return await client.GetAgentAsync(id, cancellationToken);
        }

        IReadOnlyList<Team> teams = team is null
            ? [.. (await ListTeamsAsync(cancellationToken)).Select(named => named.Team)]
            : [await TeamAsync(cancellationToken)];
        var agents = new List<Agent>();
        foreach (var one in teams)
        {
            agents.AddRange(await client.ListAgentsAsync(one.Id, cancellationToken)
                .Where(agent => agent.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .ToListAsync(cancellationToken));
        }

        return OnlyOne(agents, $"There is no agent '{name}'.", $"More than one agent is called '{name}': name its team, or one of", agent => agent.Id.ToString());
    }

    /// <summary>The organisation of the team that the command is about, or the only one.</summary>
    public async Task<Organisation> OrganisationAsync(string name, CancellationToken cancellationToken)
    {
        var organisations = await client.ListOrganisationsAsync(cancellationToken)
            .Where(one => one.Id.ToString() == name || Is(one.Name, name) || Is(one.Slug, name))
            .ToListAsync(cancellationToken);
        return OnlyOne(organisations, $"There is no organisation '{name}'.", $"More than one organisation is called '{name}'", one => one.Slug);
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
            throw new CommandException("This key may not look teams up by name: use the id.", ExitCodes.Failed);
        }

        return teams;
    }

    private static bool Is(Team one, string name) => Is(one.Slug, name) || Is(one.Name, name);

    private static bool Is(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string Called((Organisation Organisation, Team Team) named) => $"{named.Team.Slug} ({named.Organisation.Slug}, {named.Team.Id})";

    private static Team OnlyOne(
        IReadOnlyList<(Organisation Organisation, Team Team)> found, string none, string many, Func<(Organisation, Team), string> call) =>
        OnlyOne<(Organisation Organisation, Team Team)>(found, none, many, call).Team;

    private static T OnlyOne<T>(IReadOnlyList<T> found, string none, string many, Func<T, string> call) => found.Count switch
    {
        0 => throw new CommandException(none, ExitCodes.Failed),
        1 => found[0],
        _ => throw new CommandException($"{many}: {string.Join(", ", found.Select(call))}."),
    };
}
