using System.CommandLine;
using System.Globalization;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Where the money went.</summary>
internal static class CostsCommand
{
    private static readonly Option<string?> Period = Choice("--period", "today (the default), 7d, 30d, month or all.", "today", "7d", "30d", "month", "all");
    private static readonly Option<string?> From = new("--from") { Description = "Where it begins: a date (2026-11-23) or an instant. Instead of --period." };
    private static readonly Option<string?> To = new("--to") { Description = "Where it ends: a date, that day included, or an instant." };
    private static readonly Option<string?> Agent = new("--agent") { Description = "Only this agent's, by name or id." };
    private static readonly Option<long?> OfTask = new("--task") { Description = "Only this task's, by number." };
    private static readonly Option<string?> Model = new("--model") { Description = "Only this model's." };
    private static readonly Option<string?> By = Choice("--by", "agent (the default), task, model, day, hour or session.", "agent", "task", "model", "day", "hour", "session");
    private static readonly Option<bool> Csv = new("--csv") { Description = "Write all sessions as comma-separated values." };

    public static Command Create() => Invocation.Define(
        "costs",
        "Where the team's money went.",
        [Period, From, To, Agent, OfTask, Model, By, Csv, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var query = await QueryAsync(invocation, cancellationToken);
            var team = await invocation.Names.TeamAsync(cancellationToken);
            if (invocation.Get(Csv))
            {
                await using var output = Console.OpenStandardOutput();
                await invocation.Client.CopyCostsTableAsync(team.Id, query, output, cancellationToken);
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
            var sessions = Printer.Table(">Session", "Agent", "Task", "Model", "Status", "Began", ">Minutes", ">Tokens", ">USD");
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
            Printer.WriteLine($"{Printer.Number(costs.UnpricedTokens)} tokens are of models without a price, and not in it.");
        }

        if (costs.AssumedCostUsd != 0)
        {
            Printer.WriteLine($"{Printer.Usd(costs.AssumedCostUsd)} USD of it is assumed, for models without a price.");
        }
    }

    private static IReadOnlyList<CostRow> RowsOf(Costs costs, string by) => by switch
    {
        "agent" => costs.ByAgent,
        "task" => costs.ByTask,
        "model" => costs.ByModel,
        "day" => costs.ByDay,
        _ => costs.ByHour ?? throw new CommandException("By hour, a range has three days at most."),
    };

    private static string NameOf(CostRow row, string by) => by switch
    {
        "agent" => row.AgentName ?? "-",
        "task" => row.TaskId is { } id ? string.Create(CultureInfo.InvariantCulture, $"{id} {row.TaskTitle}") : "(no task)",
        "model" => row.Model ?? "(not stated)",
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
            AgentId = invocation.Get(Agent) is { } name ? (await invocation.Names.AgentAsync(name, cancellationToken)).Id : null,
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
