using System.CommandLine;
using System.Globalization;
using Entourage.Cli.Configuration;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;
using Entourage.Client.Setup;
using Spectre.Console;

namespace Entourage.Cli.Commands;

/// <summary>Creates what an agent needs and prints how to connect its program. Running it again uses what exists.</summary>
internal static class InitCommand
{
    private static readonly Option<string?> Organisation = new("--org") { Description = "The organisation, by name, slug or id. It is created if it does not exist." };
    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent, by name or id. It is created if it does not exist." };
    private static readonly Option<string?> Model = new("--model") { Description = "The default model of a new agent." };
    private static readonly Option<string?> Timezone = new("--timezone") { Description = "The IANA time zone of a new team. Defaults to the zone of this machine." };
    private static readonly Option<Limit> Daily = OptionFactory.Limit("--daily", "The team's cap per day.");
    private static readonly Option<Limit> Monthly = OptionFactory.Limit("--monthly", "The team's cap per calendar month.");
    private static readonly Option<string?> Program = new("--client") { Description = "The program to connect." };

    public static Command Create()
    {
        Program.AcceptOnlyFromAmong([.. ClientSetup.All.Select(setup => setup.Name)]);
        return Invocation.Define(
            "init",
            "Create or find an organisation, a team and an agent, and print how to connect the agent. Asks for what is missing.",
            [Organisation, Agent, Model, Timezone, Daily, Monthly, Program],
            RunAsync);
    }

    private static async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        // Everything is known before anything is created.
        var organisationName = Ask(invocation, Organisation, "Organisation:");
        var teamName = Ask(invocation, Invocation.Team, "Team:", Server.Variable("ENTOURAGE_TEAM"));
        var agentName = Ask(invocation, Agent, "Agent:", fallback: null, example: "eng-1");
        var caps = AskCaps(invocation);
        var setup = ClientSetup.Find(invocation.Get(Program) ?? AskProgram())!;
        var client = invocation.Client;
        var gateway = await client.GetGatewayAsync(cancellationToken);

        var organisation = await FindOrCreateAsync(
            "organisation",
            organisationName,
            client.ListOrganisationsAsync(cancellationToken).Where(found => IsNamed(organisationName, found.Id, found.Name, found.Slug)),
            () => client.CreateOrganisationAsync(organisationName, Slug.From(organisationName, "org"), cancellationToken),
            cancellationToken);
        var team = await FindOrCreateAsync(
            "team",
            teamName,
            client.ListTeamsAsync(organisation.Id, cancellationToken).Where(found => IsNamed(teamName, found.Id, found.Name, found.Slug)),
            () => client.CreateTeamAsync(organisation.Id, teamName, Slug.From(teamName, "team"), invocation.Get(Timezone) ?? LocalZone, cancellationToken),
            cancellationToken);
        await CapAsync(invocation, team, caps, cancellationToken);
        var agent = await FindOrCreateAsync(
            "agent",
            agentName,
            client.ListAgentsAsync(team.Id, cancellationToken).Where(found => IsNamed(agentName, found.Id, found.Name, found.Name)),
            () => client.CreateAgentAsync(team.Id, agentName, invocation.Get(Model), role: null, cancellationToken),
            cancellationToken);

        // A server that takes an agent's id as the credential requires no keys.
        var key = gateway.Credential == "agent_id" ? null : await IssueKeyAsync(invocation, agent, cancellationToken);
        if (setup.Upstream is { } upstream && gateway.Upstreams.All(found => found.Name != upstream))
        {
            await SayAsync($"The gateway of the server has no upstream named {upstream} yet. Set Gateway__Upstreams__{upstream}__ApiKey on the server and restart it.");
        }

        var url = invocation.Server.Url.AbsoluteUri.TrimEnd('/');
        Print(setup.Steps(new(url, agent.Id.ToString(), key)));
        await SayAsync($"Waiting for the first usage: {url}/teams/{team.Id}/connect?client={setup.Name}&agent={agent.Id}");
    }

    private static string? LocalZone => TimeZoneInfo.Local.HasIanaId ? TimeZoneInfo.Local.Id : null;

    private static bool CanAsk => !Console.IsInputRedirected && !Console.IsOutputRedirected;

    private static async Task CapAsync(Invocation invocation, Team team, TeamSettingsChange change, CancellationToken cancellationToken)
    {
        if (change.DailyCostLimitUsd.IsSet || change.MonthlyCostLimitUsd.IsSet)
        {
            var caps = await invocation.Client.ChangeSettingsAsync(team.Id, change, cancellationToken);
            await SayAsync($"The team's caps: {Printer.Usd(caps.DailyCostLimitUsd)} USD per day, {Printer.Usd(caps.MonthlyCostLimitUsd)} per month.");
        }
    }

    private static async Task<string?> IssueKeyAsync(Invocation invocation, Agent agent, CancellationToken cancellationToken)
    {
        var key = await invocation.Client.CreateKeyAsync(new NewKey(agent.Name, "agent") { AgentId = agent.Id }, cancellationToken);
        await SayAsync($"Issued a key for {agent.Name}. The settings contain it, and it is not shown again.");
        return key.Key;
    }

    private static async Task<T> FindOrCreateAsync<T>(string kind, string name, IAsyncEnumerable<T> named, Func<Task<T>> create, CancellationToken cancellationToken)
    {
        var found = await named.ToListAsync(cancellationToken);
        switch (found.Count)
        {
            case 0 when Guid.TryParse(name, out _):
                throw new CommandException($"There is no {kind} '{name}'.", ExitCodes.Failed);
            case 0:
                var created = await create();
                await SayAsync($"Created the {kind} {name}.");
                return created;
            case 1:
                await SayAsync($"Found the {kind} {name}.");
                return found[0];
            default:
                throw new CommandException($"More than one {kind} is named '{name}'. Specify one by slug or id.");
        }
    }

    private static bool IsNamed(string wanted, Guid id, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return id.ToString() == wanted;
    }

    private static string Ask(Invocation invocation, Option<string?> option, string question, string? fallback = null, string? example = null)
    {
        if ((invocation.Get(option) ?? fallback)?.Trim() is { Length: > 0 } given)
        {
            return given;
        }

        if (!CanAsk)
        {
            throw new CommandException($"There is no terminal to ask for the {question.TrimEnd(':').ToLower(CultureInfo.InvariantCulture)}. Specify {option.Name}.");
        }

        var prompt = new TextPrompt<string>(question);
        return AnsiConsole.Prompt(example is null ? prompt : prompt.DefaultValue(example)).Trim();
    }

    private static TeamSettingsChange AskCaps(Invocation invocation)
    {
        var given = new TeamSettingsChange { DailyCostLimitUsd = invocation.Get(Daily), MonthlyCostLimitUsd = invocation.Get(Monthly) };
        if (given.DailyCostLimitUsd.IsSet || given.MonthlyCostLimitUsd.IsSet || !CanAsk)
        {
            return given;
        }

        var prompt = new TextPrompt<decimal?>("The team's cap per day in USD (empty to leave it as it is):").AllowEmpty().Validate(usd => usd is null or >= 0);
        return AnsiConsole.Prompt(prompt) is { } usd ? given with { DailyCostLimitUsd = usd } : given;
    }

    private static string AskProgram() => CanAsk
        ? AnsiConsole.Prompt(new SelectionPrompt<ClientSetup>().Title("Program:").UseConverter(setup => Markup.Escape(setup.Title)).AddChoices(ClientSetup.All)).Name
        : throw new CommandException($"There is no terminal to ask for the program. Specify {Program.Name}.");

    // To the standard output, without progress, so that it can be written to a file.
    private static void Print(IReadOnlyList<SetupStep> steps)
    {
        foreach (var step in steps)
        {
            Console.WriteLine($"# {step.Caption}");
            Console.WriteLine(step.Text);
            Console.WriteLine();
        }
    }

    private static Task SayAsync(string text) => Console.Error.WriteLineAsync(PlainText.From(text));
}
