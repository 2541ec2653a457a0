using System.CommandLine;
using Entourage.Cli.Output;

namespace Entourage.Cli.Commands;

/// <summary>Shows the state of a team.</summary>
internal static class StatusCommand
{
    public static Command Create() => Invocation.Define(
        "status",
        "Show the team's agents, today's cost, open alerts and pending requests.",
        [Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var team = await invocation.Names.FindTeamAsync(cancellationToken);
            var client = invocation.Client;
            var settings = await client.GetSettingsAsync(team.Id, cancellationToken);
            var costs = await client.GetCostsAsync(team.Id, new() { Period = "today", Limit = 1 }, cancellationToken);
            var agents = await client.ListAgentsAsync(team.Id, cancellationToken).ToListAsync(cancellationToken);
            var alerts = await client.ListAlertsAsync(team.Id, "open", cancellationToken).Take(100).ToListAsync(cancellationToken);
            var requests = await client.ListHumanRequestsAsync(team.Id, "pending", cancellationToken).Take(100).ToListAsync(cancellationToken);
            var spent = costs.ByAgent.Where(row => row.AgentId is not null).ToDictionary(row => row.AgentId!.Value);
            if (invocation.Printer.Json)
            {
                Printer.WriteJson(new TeamStatus(
                    team,
                    settings.DailyCostLimitUsd,
                    costs.TotalCostUsd,
                    costs.ForecastMonthUsd,
                    [.. agents.Select(agent => new AgentStatus(agent.Id, agent.Name, agent.Status, agent.Model, spent.GetValueOrDefault(agent.Id)?.CostUsd ?? 0))],
                    alerts.Count,
                    requests.Count));
                return;
            }

            Printer.WriteLine($"{team.Name} is {team.Status}. Today: {Printer.Usd(costs.TotalCostUsd)} USD of {Limit(settings.DailyCostLimitUsd)}, {costs.SessionCount} sessions.");
            Printer.WriteLine($"Forecast for this month: {Printer.Usd(costs.ForecastMonthUsd)} USD of {Limit(settings.MonthlyCostLimitUsd)}.");
            var table = Printer.Table("Agent", "Status", "Model", ">Today USD", ">Tokens", ">Sessions");
            foreach (var agent in agents)
            {
                var row = spent.GetValueOrDefault(agent.Id);
                table.Add(
                    agent.Name,
                    agent.Status,
                    agent.Model,
                    Printer.Usd(row?.CostUsd ?? 0),
                    Printer.Number((row?.InputTokens ?? 0) + (row?.OutputTokens ?? 0)),
                    Printer.Number(row?.Sessions ?? 0));
            }

            invocation.Printer.Screen.Write(table);
            Printer.WriteLine($"Open alerts: {alerts.Count}. Pending requests: {requests.Count}.");
        });

    private static string Limit(decimal? limit) => limit is null ? "no limit" : Printer.Usd(limit);
}
