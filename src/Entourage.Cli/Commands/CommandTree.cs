using System.CommandLine;

namespace Entourage.Cli.Commands;

/// <summary>The commands of the program.</summary>
internal static class CommandTree
{
    private const string Description = "Cost control for AI agents.";

    /// <summary>Creates the commands, or only <c>guard</c> if the arguments name it.</summary>
    public static RootCommand Create(IReadOnlyList<string> arguments) => arguments is [GuardCommand.Name, ..]
        // The guard starts before each tool call of an agent and is quicker without the other commands.
        ? new(Description) { Invocation.Url, Invocation.Team, GuardCommand.Create() }
        : CreateAll();

    private static RootCommand CreateAll() => new(Description)
    {
        Invocation.Url,
        Invocation.Team,
        LoginCommand.Create(),
        InitCommand.Create(),
        StatusCommand.Create(),
        TopCommand.Create(),
        SessionCommand.Create(),
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
