using System.CommandLine;
using System.Globalization;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;
using Spectre.Console;

namespace Entourage.Cli.Commands;

/// <summary>Shows budgets and sets caps.</summary>
internal static class BudgetCommands
{
    private static readonly Argument<string> BudgetAgent = new("agent") { Description = "The agent, by name or id." };
    private static readonly Option<long?> ForTask = new("--task") { Description = "The task to include, by number. Defaults to the task of the agent's newest active session." };
    private static readonly Option<string?> Agent = new("--agent") { Description = "Cap this agent instead of the team. Takes only --daily." };
    private static readonly Option<string?> Organisation = new("--org") { Description = "Cap this organisation instead of the team. Takes only --daily and --monthly." };
    private static readonly Option<Limit> Daily = OptionFactory.Limit("--daily", "The cap per day.");
    private static readonly Option<Limit> Weekly = OptionFactory.Limit("--weekly", "The cap per week, from Monday.");
    private static readonly Option<Limit> Monthly = OptionFactory.Limit("--monthly", "The cap per calendar month.");
    private static readonly Option<Limit> PerTask = OptionFactory.Limit("--per-task", "The cap of each task without its own cap.");
    private static readonly Option<Limit> PerSession = OptionFactory.Limit("--per-session", "The cap of each session including its sub-agents.");
    private static readonly Option<Limit> PerAgent = OptionFactory.Limit("--per-agent", "The cap per day of each agent without its own cap.");

    public static Command CreateBudget() => Invocation.Define(
        "budget",
        "Show what an agent can still spend. Exits with 3 if it must stop.",
        [BudgetAgent, ForTask, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var agent = await invocation.Names.FindAgentAsync(invocation.Get(BudgetAgent), cancellationToken);
            var budget = await invocation.Client.GetBudgetAsync(agent.Id, invocation.Get(ForTask), cancellationToken);
            if (!invocation.Printer.Json)
            {
                Printer.WriteLine(budget.Stop ? $"{agent.Name} must stop: {string.Join(", ", budget.StopReasons)}." : $"{agent.Name} can continue.");
                Printer.WriteLine($"Today: {Printer.Usd(budget.DailySpentUsd)} USD of {Printer.Usd(budget.DailyLimitUsd)}, {Printer.Usd(budget.ReservedUsd)} reserved.");
            }

            invocation.Printer.Write(budget, TableOf);
            return budget.Stop ? ExitCodes.Stop : ExitCodes.Ok;
        });

    public static Command CreateCap() => Invocation.Define(
        "cap",
        "Cap the spending of the team, an agent or an organisation. Without a limit, show the team's caps. Changes apply from the next call on.",
        [Agent, Organisation, Daily, Weekly, Monthly, PerTask, PerSession, PerAgent, Invocation.Json],
        (invocation, cancellationToken) => (invocation.Get(Agent), invocation.Get(Organisation)) switch
        {
            ({ } agent, null) => CapAgentAsync(invocation, agent, cancellationToken),
            (null, { } organisation) => CapOrganisationAsync(invocation, organisation, cancellationToken),
            (null, null) => CapTeamAsync(invocation, cancellationToken),
            _ => throw new CommandException("Specify either --agent or --org, not both."),
        });

    private static async Task CapAgentAsync(Invocation invocation, string name, CancellationToken cancellationToken)
    {
        Refuse(invocation, "an agent has only --daily", Weekly, Monthly, PerTask, PerSession, PerAgent);
        Require(invocation, Daily);
        var agent = await invocation.Names.FindAgentAsync(name, cancellationToken);
        var settings = await invocation.Client.ChangeAgentLimitsAsync(agent.Id, new() { DailyCostLimitUsd = invocation.Get(Daily) }, cancellationToken);
        invocation.Printer.Write(
            settings, settings.DailyCostLimitUsd is { } usd ? $"{agent.Name}: {Printer.Usd(usd)} USD per day." : $"{agent.Name}: the team's cap for each agent applies.");
    }

    private static async Task CapOrganisationAsync(Invocation invocation, string name, CancellationToken cancellationToken)
    {
        Refuse(invocation, "an organisation has only --daily and --monthly", Weekly, PerTask, PerSession, PerAgent);
        Require(invocation, Daily, Monthly);
        var organisation = await invocation.Names.FindOrganisationAsync(name, cancellationToken);
        var change = new LimitsChange { DailyCostLimitUsd = invocation.Get(Daily), MonthlyCostLimitUsd = invocation.Get(Monthly) };
        var settings = await invocation.Client.ChangeOrganisationLimitsAsync(organisation.Id, change, cancellationToken);
        invocation.Printer.Write(
            settings, $"{organisation.Name}: {Printer.Usd(settings.DailyCostLimitUsd)} USD per day, {Printer.Usd(settings.MonthlyCostLimitUsd)} per month.");
    }

    private static async Task CapTeamAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var team = await invocation.Names.FindTeamAsync(cancellationToken);
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
            table.Add("per day", Printer.Usd(caps.DailyCostLimitUsd));
            table.Add("per week", Printer.Usd(caps.WeeklyCostLimitUsd));
            table.Add("per month", Printer.Usd(caps.MonthlyCostLimitUsd));
            table.Add("each task", Printer.Usd(caps.TaskCostLimitUsd));
            table.Add("each session", Printer.Usd(caps.SessionCostLimitUsd));
            table.Add("each agent per day", Printer.Usd(caps.AgentDailyCostLimitUsd));
            return table;
        });
    }

    private static Table TableOf(Budget budget)
    {
        var table = Printer.Table("Budget", "Enforcement", ">Limit", ">Spent", ">Reserved", ">Remaining", "Resets at");
        foreach (var row in budget.Budgets)
        {
            table.Add(
                row.BudgetName is { } name ? $"{name} ({row.Scope}, {row.Period})" : $"{row.Scope}, {row.Period}",
                row.Enforcement,
                Amount(row.LimitUsd, row.LimitTokens),
                Amount(row.SpentUsd, row.SpentTokens),
                Amount(row.ReservedUsd, row.ReservedTokens),
                Amount(row.RemainingUsd, row.RemainingTokens),
                Printer.Time(row.ResetsAt));
        }

        return table;
    }

    private static string Amount(decimal? usd, long? tokens) =>
        tokens is { } count ? string.Create(CultureInfo.InvariantCulture, $"{count:N0} tokens") : Printer.Usd(usd);

    private static void Require(Invocation invocation, params ReadOnlySpan<Option<Limit>> limits)
    {
        foreach (var limit in limits)
        {
            if (invocation.Get(limit).IsSet)
            {
                return;
            }
        }

        throw new CommandException($"Specify a limit, for example {limits[0].Name}.");
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
