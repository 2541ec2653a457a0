using System.Globalization;
using System.Text.Json;
using Entourage.Client;
using Entourage.Client.Contracts;
using Spectre.Console;

namespace Entourage.Cli.Output;

/// <summary>A live table of what a team's agents have spent today.</summary>
internal sealed class TeamView(EntourageClient client, Team team)
{
    private const int MaxMessages = 5;

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, AgentLine> lines = [];
    private readonly Queue<string> messages = new();
    private decimal today;
    private decimal? limit;
    private bool stale = true;

    /// <summary>Follows the team's events until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken);
        await foreach (var item in client.WatchTeamAsync(team.Id, connected: () => stale = true, cancellationToken: cancellationToken))
        {
            // Usage events are added up. Any other event, and a new connection, needs a read.
            if (stale || item.Type != "usage")
            {
                stale = false;
                await ReadAsync(cancellationToken);
            }
            else
            {
                Add(item);
            }

            AddMessage(item);
        }
    }

    /// <summary>Reads the figures of the team.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var agents = await client.ListAgentsAsync(team.Id, cancellationToken).ToListAsync(cancellationToken);
        var costs = await client.GetCostsAsync(team.Id, new() { Period = "today", Limit = 1 }, cancellationToken);
        var settings = await client.GetSettingsAsync(team.Id, cancellationToken);
        lock (gate)
        {
            (today, limit) = (costs.TotalCostUsd, settings.DailyCostLimitUsd);
            foreach (var agent in agents)
            {
                var row = costs.ByAgent.FirstOrDefault(row => row.AgentId == agent.Id);
                var line = lines.GetValueOrDefault(agent.Id) ?? new AgentLine();
                lines[agent.Id] = line with
                {
                    Name = agent.Name,
                    Status = agent.Status,
                    CostUsd = row?.CostUsd ?? 0,
                    Tokens = (row?.InputTokens ?? 0) + (row?.OutputTokens ?? 0),
                };
            }
        }
    }

    /// <summary>Renders the current figures.</summary>
    public Table Draw()
    {
        lock (gate)
        {
            var table = Printer.Table("Agent", "Status", ">Today USD", ">Tokens", ">Calls seen", "Last model", "Last call");
            table.Title = new TableTitle(Markup.Escape(PlainText.From($"{team.Name}: {Printer.Usd(today)} USD today, of {(limit is null ? "no limit" : Printer.Usd(limit))}")));
            foreach (var line in lines.Values.OrderByDescending(line => line.CostUsd).ThenBy(line => line.Name, StringComparer.Ordinal))
            {
                table.Add(
                    line.Name,
                    line.Status,
                    Printer.Usd(line.CostUsd),
                    Printer.Number(line.Tokens),
                    Printer.Number(line.Calls),
                    line.Model,
                    Printer.Time(line.LastCallAt));
            }

            table.Caption = new TableTitle(Markup.Escape(string.Join('\n', messages)));
            return table;
        }
    }

    private void Add(EntourageEvent item)
    {
        lock (gate)
        {
            if (item.AgentId is not { } agent || !lines.TryGetValue(agent, out var line))
            {
                return;
            }

            var cost = Member(item, "cost_usd", data => data.GetDecimal());
            today += cost;
            lines[agent] = line with
            {
                CostUsd = line.CostUsd + cost,
                Tokens = line.Tokens + Member(item, "input_tokens", data => data.GetInt64()) + Member(item, "output_tokens", data => data.GetInt64()),
                Calls = line.Calls + 1,
                Model = Member(item, "model", data => data.GetString()) ?? line.Model,
                LastCallAt = item.Timestamp,
            };
        }
    }

    private void AddMessage(EntourageEvent item)
    {
        var message = item.Type switch
        {
            "alert" => Member(item, "message", data => data.GetString()),
            "stop" => $"{Member(item, "scope", data => data.GetString())} {Member(item, "action", data => data.GetString())}: {Member(item, "reason", data => data.GetString())}",
            "session" => $"session {item.SessionId} of {Member(item, "agent_name", data => data.GetString())} is {Member(item, "status", data => data.GetString())}",
            _ => null,
        };
        if (message is null)
        {
            return;
        }

        lock (gate)
        {
            messages.Enqueue(PlainText.From(string.Create(CultureInfo.InvariantCulture, $"{item.Timestamp:HH:mm:ss} {message}")));
            while (messages.Count > MaxMessages)
            {
                messages.Dequeue();
            }
        }
    }

    private static T? Member<T>(EntourageEvent item, string name, Func<JsonElement, T> read) =>
        item.Data.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? read(member) : default;

    private sealed record AgentLine
    {
        public string Name { get; init; } = "";

        public string Status { get; init; } = "";

        public decimal CostUsd { get; init; }

        public long Tokens { get; init; }

        public long Calls { get; init; }

        public string? Model { get; init; }

        public DateTimeOffset? LastCallAt { get; init; }
    }
}
