using System.CommandLine;

namespace Entourage.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    private const string Description = "Cost control for AI agents.";

    /// <summary>Makes the commands that arguments can be of.</summary>
    public static RootCommand Create(IReadOnlyList<string> arguments) => arguments is [GuardCommand.Name, ..]
        // Started before each tool call of an agent, and quicker without the others.
        ? new(Description) { Invocation.Url, Invocation.Team, GuardCommand.Create() }
        : CreateAll();

    private static RootCommand CreateAll() => new(Description)
    {
        Invocation.Url,
        Invocation.Team,
        LoginCommand.Create(),
        StatusCommand.Create(),
        TopCommand.Create(),
        BudgetCommands.CreateBudget(),
        BudgetCommands.CreateCap(),
        StopCommands.CreatePause(),
        StopCommands.CreateResume(),
        StopCommands.CreateKill(),
        CostsCommand.Create(),
        AlertsCommand.Create(),
        RequestsCommand.Create(),
        KeysCommand.Create(),
        PricesCommand.Create(),
        RunCommand.Create(),
        ChildTokenCommand.Create(),
        GuardCommand.Create(),
    };
}
