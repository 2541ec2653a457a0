using System.CommandLine;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;
using Spectre.Console;

namespace Entourage.Cli.Commands;

/// <summary>What may be spent.</summary>
internal static class BudgetCommands
{
    private static readonly Argument<string> BudgetAgent = new("agent") { Description = "The agent, by name or id." };
    private static readonly Option<long?> ForTask = new("--task") { Description = "The task it asks for, by number; that of its newest active session otherwise." };
    private static readonly Option<string?> Agent = new("--agent") { Description = "Cap this agent instead of the team: --daily alone." };
    private static readonly Option<string?> Organisation = new("--org") { Description = "Cap this organisation instead of the team: --daily and --monthly." };
    private static readonly Option<Limit> Daily = Values.Limit("--daily", "For a day.");
    private static readonly Option<Limit> Weekly = Values.Limit("--weekly", "For a week from Monday.");
    private static readonly Option<Limit> Monthly = Values.Limit("--monthly", "For a calendar month.");
    private static readonly Option<Limit> PerTask = Values.Limit("--per-task", "For each task without a cap of its own.");
    private static readonly Option<Limit> PerSession = Values.Limit("--per-session", "For each session with its sub-agents.");
    private static readonly Option<Limit> PerAgent = Values.Limit("--per-agent", "For a day of each agent without a cap of its own.");

    public static Command CreateBudget() => Invocation.Define(
        "budget",
        "What an agent may still spend. Ends with 3 when it must stop.",
        [BudgetAgent, ForTask, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var agent = await invocation.Names.AgentAsync(invocation.Get(BudgetAgent), cancellationToken);
            var budget = await invocation.Client.GetBudgetAsync(agent.Id, invocation.Get(ForTask), cancellationToken);
            if (!invocation.Printer.Json)
            {
                Printer.WriteLine(budget.Stop ? $"{agent.Name} must stop: {string.Join(", ", budget.StopReasons)}." : $"{agent.Name} may go on.");
                Printer.WriteLine($"Today: {Printer.Usd(budget.DailySpentUsd)} USD of {Printer.Usd(budget.DailyLimitUsd)}, {Printer.Usd(budget.ReservedUsd)} set aside.");
            }

            invocation.Printer.Write(budget, TableOf);
            return budget.Stop ? ExitCodes.Stop : ExitCodes.Ok;
        });

    public static Command CreateCap() => Invocation.Define(
        "cap",
        "Cap what the team, an agent or an organisation may spend; without a limit, show the team's caps. It holds from the next call on.",
        [Agent, Organisation, Daily, Weekly, Monthly, PerTask, PerSession, PerAgent, Invocation.Json],
        (invocation, cancellationToken) => (invocation.Get(Agent), invocation.Get(Organisation)) switch
        {
            ({ } agent, null) => CapAgentAsync(invocation, agent, cancellationToken),
            (null, { } organisation) => CapOrganisationAsync(invocation, organisation, cancellationToken),
            (null, null) => CapTeamAsync(invocation, cancellationToken),
            _ => throw new CommandException("Either --agent or --org."),
        });

    private static async Task CapAgentAsync(Invocation invocation, string name, CancellationToken cancellationToken)
    {
        Refuse(invocation, "of an agent there is --daily alone", Weekly, Monthly, PerTask, PerSession, PerAgent);
        Require(invocation, Daily);
        var agent = await invocation.Names.AgentAsync(name, cancellationToken);
        var settings = await invocation.Client.ChangeAgentLimitsAsync(agent.Id, new() { DailyCostLimitUsd = invocation.Get(Daily) }, cancellationToken);
        invocation.Printer.Write(
            settings, settings.DailyCostLimitUsd is { } usd ? $"{agent.Name}: {Printer.Usd(usd)} USD a day." : $"{agent.Name}: as the team says for each agent.");
    }

    private static async Task CapOrganisationAsync(Invocation invocation, string name, CancellationToken cancellationToken)
    {
        Refuse(invocation, "of an organisation there are --daily and --monthly", Weekly, PerTask, PerSession, PerAgent);
        Require(invocation, Daily, Monthly);
        var organisation = await invocation.Names.OrganisationAsync(name, cancellationToken);
        var change = new LimitsChange { DailyCostLimitUsd = invocation.Get(Daily), MonthlyCostLimitUsd = invocation.Get(Monthly) };
        var settings = await invocation.Client.ChangeOrganisationLimitsAsync(organisation.Id, change, cancellationToken);
        invocation.Printer.Write(
            settings, $"{organisation.Name}: {Printer.Usd(settings.DailyCostLimitUsd)} USD a day, {Printer.Usd(settings.MonthlyCostLimitUsd)} a month.");
    }

    private static async Task CapTeamAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var team = await invocation.Names.TeamAsync(cancellationToken);
        var change = new TeamSettingsChange
        {
            DailyCostLimitUsd = invocation.Get(Daily),
            WeeklyCostLimitUsd = invocation.Get(Weekly),
            MonthlyCostLimitUsd = invocation.Get(Monthly),
            TaskCostLimitUsd = invocation.Get(PerTask),
            SessionCostLimitUsd = invocation.Get(PerSession),
            AgentDailyCostLimitUsd = invocation.Get(PerAgent),
        };
        var settings = change == new TeamSettingsChange()
            ? await invocation.Client.GetSettingsAsync(team.Id, cancellationToken)
            : await invocation.Client.ChangeSettingsAsync(team.Id, change, cancellationToken);
        invocation.Printer.Write(settings, caps =>
        {
            var table = Printer.Table("Cap", ">USD");
            table.Add("a day", Printer.Usd(caps.DailyCostLimitUsd));
            table.Add("a week", Printer.Usd(caps.WeeklyCostLimitUsd));
            table.Add("a month", Printer.Usd(caps.MonthlyCostLimitUsd));
            table.Add("each task", Printer.Usd(caps.TaskCostLimitUsd));
            table.Add("each session", Printer.Usd(caps.SessionCostLimitUsd));
            table.Add("each agent, a day", Printer.Usd(caps.AgentDailyCostLimitUsd));
            return table;
        });
    }

    private static Table TableOf(Budget budget)
    {
        var table = Printer.Table("Budget", "Enforced", ">Limit", ">Spent", ">Set aside", ">Left", "Afresh at");
        foreach (var row in budget.Budgets)
        {
            table.Add(
                $"{row.Scope}, {row.Period}",
                row.Enforcement,
                Printer.Usd(row.LimitUsd),
                Printer.Usd(row.SpentUsd),
                Printer.Usd(row.ReservedUsd),
                Printer.Usd(row.RemainingUsd),
                Printer.Time(row.ResetsAt));
        }

        return table;
    }

    private static void Require(Invocation invocation, params ReadOnlySpan<Option<Limit>> limits)
    {
        foreach (var limit in limits)
        {
            if (invocation.Get(limit).IsSet)
            {
                return;
            }
        }

        throw new CommandException($"No limit was given: {limits[0].Name}.");
    }

    private static void Refuse(Invocation invocation, string why, params ReadOnlySpan<Option<Limit>> limits)
    {
        foreach (var limit in limits)
        {
            if (invocation.Get(limit).IsSet)
            {
                throw new CommandException($"{limit.Name}: {why}.");
            }
        }
    }
}
