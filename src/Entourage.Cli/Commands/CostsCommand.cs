using System.CommandLine;
using System.Globalization;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Shows the costs of a team.</summary>
internal static class CostsCommand
{
    private static readonly Option<string?> Period = Choice("--period", "The range: today (default), 7d, 30d, month or all.", "today", "7d", "30d", "month", "all");
    private static readonly Option<string?> From = new("--from") { Description = "Start of the range: a date (2026-11-23) or an instant. Use it instead of --period." };
    private static readonly Option<string?> To = new("--to") { Description = "End of the range: a date (inclusive) or an instant." };
    private static readonly Option<string?> Agent = new("--agent") { Description = "Only costs of this agent, by name or id." };
    private static readonly Option<long?> OfTask = new("--task") { Description = "Only costs of this task, by number." };
    private static readonly Option<string?> Model = new("--model") { Description = "Only costs of this model." };
    private static readonly Option<string?> By = Choice("--by", "Group by agent (default), task, model, day, hour or session.", "agent", "task", "model", "day", "hour", "session");
    private static readonly Option<bool> Csv = new("--csv") { Description = "Print all sessions as CSV." };

    public static Command Create() => Invocation.Define(
        "costs",
        "Show the team's costs.",
        [Period, From, To, Agent, OfTask, Model, By, Csv, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var query = await QueryAsync(invocation, cancellationToken);
            var team = await invocation.Names.FindTeamAsync(cancellationToken);
            if (invocation.Get(Csv))
            {
                await using var output = Console.OpenStandardOutput();
                await invocation.Client.CopyCostsCsvAsync(team.Id, query, output, cancellationToken);
                return;
            }

            var costs = await invocation.Client.GetCostsAsync(team.Id, query, cancellationToken);
            if (invocation.Printer.Json)
            {
                Printer.WriteJson(costs);
                return;
            }

            Write(invocation, costs);
        });

    private static void Write(Invocation invocation, Costs costs)
    {
        var by = invocation.Get(By) ?? "agent";
        if (by == "session")
        {
            var sessions = Printer.Table(">Session", "Agent", "Task", "Model", "Status", "Started", ">Minutes", ">Tokens", ">USD");
            foreach (var row in costs.Sessions)
            {
                sessions.Add(
                    row.SessionId.ToString(CultureInfo.InvariantCulture),
                    row.AgentName,
                    row.TaskTitle,
                    row.Model,
                    row.Status,
                    Printer.Time(row.StartedAt),
                    Printer.Number(row.DurationMinutes),
                    Printer.Number(row.Tokens),
                    Printer.Usd(row.CostUsd));
            }

            invocation.Printer.Screen.Write(sessions);
        }
        else
        {
            var table = Printer.Table(char.ToUpperInvariant(by[0]) + by[1..], ">Sessions", ">Input", ">Output", ">USD");
            foreach (var row in RowsOf(costs, by))
            {
                table.Add(NameOf(row, by), Printer.Number(row.Sessions), Printer.Number(row.InputTokens), Printer.Number(row.OutputTokens), Printer.Usd(row.CostUsd));
            }

            invocation.Printer.Screen.Write(table);
        }

        Printer.WriteLine($"{Printer.Usd(costs.TotalCostUsd)} USD in {costs.SessionCount} sessions.");
        if (costs.UnpricedTokens > 0)
        {
            Printer.WriteLine($"{Printer.Number(costs.UnpricedTokens)} tokens of models without a price are not included.");
        }

        if (costs.AssumedCostUsd != 0)
        {
            Printer.WriteLine($"{Printer.Usd(costs.AssumedCostUsd)} USD of this is assumed for models without a price.");
        }
    }

    private static IReadOnlyList<CostRow> RowsOf(Costs costs, string by) => by switch
    {
        "agent" => costs.ByAgent,
        "task" => costs.ByTask,
        "model" => costs.ByModel,
        "day" => costs.ByDay,
        _ => costs.ByHour ?? throw new CommandException("--by hour needs a range of at most three days."),
    };

    private static string NameOf(CostRow row, string by) => by switch
    {
        "agent" => row.AgentName ?? "-",
        "task" => row.TaskId is { } id ? string.Create(CultureInfo.InvariantCulture, $"{id} {row.TaskTitle}") : "(no task)",
        "model" => row.Model ?? "(not specified)",
        "day" => row.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-",
        _ => Printer.Time(row.Hour),
    };

    private static async Task<CostsQuery> QueryAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (from, to) = (invocation.Get(From), invocation.Get(To));
        return new CostsQuery
        {
            Period = invocation.Get(Period) ?? (from is null && to is null ? "today" : null),
            From = from,
            To = to,
            AgentId = invocation.Get(Agent) is { } name ? (await invocation.Names.FindAgentAsync(name, cancellationToken)).Id : null,
            TaskId = invocation.Get(OfTask),
            Model = invocation.Get(Model),
            Limit = 200,
        };
    }

    private static Option<string?> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string?>(name) { Description = description };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
