using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Running;

/// <summary>
/// Notices that an agent must stop. It checks the agent's budget when the agent's event stream signals a change, and otherwise at an interval.
/// </summary>
/// <param name="client">The client of the server.</param>
/// <param name="agentId">The agent.</param>
/// <param name="session">The session to watch, or null for none.</param>
/// <param name="time">The clock.</param>
/// <param name="usesGateway">
/// Whether the agent's calls pass through the gateway. Then a budget that is reserved but not spent is no reason to stop: a running call may hold all that is left,
/// return most of it, and the gateway refuses what does not fit.
/// </param>
internal sealed class StopPoller(EntourageClient client, Guid agentId, Session? session, TimeProvider time, bool usesGateway = false)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(3);

    // The shortest interval between checks that usage alone triggers.
    private static readonly TimeSpan UsageInterval = TimeSpan.FromMilliseconds(100);

    // Events of the stream: true for any event other than usage.
    private readonly Channel<bool> signals = Channel.CreateUnbounded<bool>(new UnboundedChannelOptions { SingleReader = true });

    // Sessions whose cap is used up, by the events of the stream.
    private readonly ConcurrentDictionary<long, string> exhausted = new();

    // The session and its ancestors. The cap of the topmost covers them all.
    private readonly List<long> path = session is null ? [] : [session.Id];
    private long? nextAncestor = session?.ParentSessionId;

    /// <summary>Waits until the agent must stop and returns the reasons.</summary>
    public async Task<IReadOnlyList<string>> WaitForStopAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listening = ListenAsync(ending.Token);
        try
        {
            while (true)
            {
                var checkedAt = time.GetTimestamp();
                if (await GetStopReasonsAsync(cancellationToken) is { Count: > 0 } reasons)
                {
                    return reasons;
                }

                await WaitForSignalAsync(checkedAt, cancellationToken);
            }
        }
        finally
        {
            await ending.CancelAsync();

            // A failed stream does not matter, because the interval also triggers checks.
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits until the budget must be checked again.</summary>
    private async Task WaitForSignalAsync(long checkedAt, CancellationToken cancellationToken)
    {
        for (var timeout = PollInterval; await HasSignalAsync(timeout, cancellationToken); timeout = UsageInterval - time.GetElapsedTime(checkedAt))
        {
            var urgent = false;
            while (signals.Reader.TryRead(out var isUrgent))
            {
                urgent |= isUrgent;
            }

            if (urgent || time.GetElapsedTime(checkedAt) >= UsageInterval)
            {
                return;
            }
        }
    }

    private async Task<bool> HasSignalAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return await signals.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Returns why the agent must stop now, or an empty list if it need not or the server is unavailable.</summary>
    private async Task<IReadOnlyList<string>> GetStopReasonsAsync(CancellationToken cancellationToken)
    {
        await LoadAncestorsAsync(cancellationToken);
        foreach (var id in path)
        {
            if (exhausted.TryGetValue(id, out var reason))
            {
                return [reason];
            }
        }

        try
        {
            var budgetTask = session is null
                ? client.GetBudgetAsync(agentId, cancellationToken: cancellationToken)
                : client.GetSessionBudgetAsync(agentId, session.Id, cancellationToken);
            var current = session is null ? null : await client.GetSessionAsync(session.Id, cancellationToken);
            var budget = await budgetTask;
            return [.. budget.StopReasons.Where(reason => Concerns(reason, budget)).Concat(current?.Status == "killed" ? ["session_killed"] : [])];
        }
        catch (EntourageException)
        {
            // Try again later. Without a response, the agent continues.
            return [];
        }
    }

    /// <summary>Loads the session's ancestors as far as the server is available.</summary>
    private async Task LoadAncestorsAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (nextAncestor is { } id)
            {
                if (path[^1] != id)
                {
                    path.Add(id);
                }

                nextAncestor = (await client.GetSessionAsync(id, cancellationToken)).ParentSessionId;
            }
        }
        catch (EntourageException exception)
        {
            // Try again later, unless this agent may not read the ancestor.
            nextAncestor = exception.IsTransient ? nextAncestor : null;
        }
    }

    /// <summary>Returns whether a reason stops this session. An agent can have several, and some reasons stop only one of them.</summary>
    private bool Concerns(string reason, Budget budget) => reason switch
    {
        _ when usesGateway && reason.StartsWith("budget_exceeded:", StringComparison.Ordinal) && !budget.Budgets.Any(row => reason == row.StopReason && IsOver(row)) => false,
        _ when session is null => true,
        "session_killed" => false,
        _ when reason.StartsWith("budget_exceeded:session:", StringComparison.Ordinal) =>
            budget.Budgets.Any(row => IsOver(row) && SessionOf(row) is { } id && path.Contains(id)),
        _ when reason.StartsWith("budget_exceeded:task:", StringComparison.Ordinal) => session.TaskId is not null,
        _ => true,
    };

    private bool IsOver(BudgetStatus row) => row.Over && (!usesGateway || row.SpentUsd >= row.LimitUsd || row.SpentTokens >= row.LimitTokens);

    private static long? SessionOf(BudgetStatus row) =>
        row.Scope == "session" && row.ScopeId.ValueKind == JsonValueKind.Number && row.ScopeId.TryGetInt64(out var id) ? id : null;

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var item in client.WatchAgentAsync(agentId, connected: () => signals.Writer.TryWrite(true), cancellationToken: cancellationToken))
                {
                    Handle(item);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (EntourageException)
            {
                // The stream cannot be opened. The interval triggers checks until the next attempt.
                try
                {
                    await Task.Delay(PollInterval, time, cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private void Handle(EntourageEvent item)
    {
        // The budget check covers the agent's newest session. Only events report the cap of an older one.
        if (item.Type == "budget" && Parse(item.Data) is { Enforcement: "hard" } row && IsOver(row) && SessionOf(row) is { } id)
        {
            exhausted[id] = row.StopReason;
        }

        signals.Writer.TryWrite(item.Type != "usage");
    }

    private static BudgetStatus? Parse(JsonElement data)
    {
        try
        {
            return data.ValueKind == JsonValueKind.Object ? data.Deserialize(ClientJson.Default.BudgetStatus) : null;
        }
        catch (JsonException)
        {
            // An event from a newer server. It triggers a check anyway.
            return null;
        }
    }
}
