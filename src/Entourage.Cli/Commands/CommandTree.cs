using System.CommandLine;

namespace Entourage.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    public static RootCommand Create() => new("Cost control for AI agents.")
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
