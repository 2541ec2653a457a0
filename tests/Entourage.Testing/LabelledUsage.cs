using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;

namespace Entourage.Testing;

/// <summary>Starts sessions and records usage with labels.</summary>
public static class LabelledUsage
{
    /// <summary>Starts a session and returns its number.</summary>
    /// <param name="host">The server.</param>
    /// <param name="team">The team of the agent.</param>
    /// <param name="labels">Its labels as <c>key=value</c>, divided by commas.</param>
    /// <param name="task">The task, if any.</param>
    /// <param name="agent">The agent; the team's first if null.</param>
    /// <param name="parent">The parent session, if any.</param>
    public static async Task<long> StartAsync(
        this ApiHost host, TestTeam team, string labels, long? task = null, string? agent = null, long? parent = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(team);
        var started = await host.SendAsync(new StartSessionCommand(Guid.Parse(agent ?? team.Agent), task, null, parent, null, null) { Labels = Read(labels) });
        return started.Id;
    }

    /// <summary>Records a usage of 100 input and 10 output tokens.</summary>
    /// <param name="host">The server.</param>
    /// <param name="session">The session.</param>
    /// <param name="costUsd">The cost (USD); null for the price of the model.</param>
    /// <param name="labels">Its own labels as <c>key=value</c>, divided by commas.</param>
    /// <param name="at">When it happened; null for now.</param>
    /// <param name="model">The model; the session's if null.</param>
    public static Task UseAsync(this ApiHost host, long session, decimal? costUsd, string labels = "", DateTimeOffset? at = null, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        var usd = costUsd is { } cost ? new Money((long)(cost * 1_000_000_000m)) : (Money?)null;
        var command = new RecordUsageCommand(session, 100, 10, null, null, null, false, usd, model, null, at, null, Billing.Api, null) { Labels = Read(labels) };
        return host.SendAsync(command);
    }

    private static Dictionary<string, string> Read(string labels) =>
        labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Label.Parse).ToDictionary(label => label.Key, label => label.Value);
}
