using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Running;

/// <summary>
/// Notices that an agent must stop. Its stream of events says when to look, and the clock does where there is no stream; whether to stop is
/// what the budget says, as it says to the agent itself.
/// </summary>
/// <param name="client">Where to ask.</param>
/// <param name="agentId">The agent.</param>
/// <param name="session">The session that is watched; null when there is none.</param>
/// <param name="time">The clock.</param>
internal sealed class StopPoller(EntourageClient client, Guid agentId, Session? session, TimeProvider time)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(3);

    // A busy agent is looked at this often and no more, unless something other than a usage happened.
    private static readonly TimeSpan BetweenUsages = TimeSpan.FromMilliseconds(100);

    // What the stream told: whether it was more than a usage.
    private readonly Channel<bool> told = Channel.CreateUnbounded<bool>(new UnboundedChannelOptions { SingleReader = true });

    // Sessions whose cap is reached, as the stream told.
    private readonly ConcurrentDictionary<long, string> reached = new();

    // The session and those above it. The topmost has the cap of them all.
    private readonly List<long> path = session is null ? [] : [session.Id];
    private long? above = session?.ParentSessionId;

    /// <summary>Waits until the agent must stop.</summary>
    /// <returns>Why.</returns>
    public async Task<IReadOnlyList<string>> WaitAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listening = ListenAsync(ending.Token);
        try
        {
            while (true)
            {
                var looked = time.GetTimestamp();
                if (await LookAsync(cancellationToken) is { Count: > 0 } reasons)
                {
                    return reasons;
                }

                await WaitForCauseAsync(looked, cancellationToken);
            }
        }
        finally
        {
            await ending.CancelAsync();

            // What it failed with is nothing to whoever waits for a stop: there was the clock.
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits until there is cause to look again.</summary>
    private async Task WaitForCauseAsync(long looked, CancellationToken cancellationToken)
    {
        for (var patience = BetweenLooks; await HasNewsAsync(patience, cancellationToken); patience = BetweenUsages - time.GetElapsedTime(looked))
        {
            var urgent = false;
            while (told.Reader.TryRead(out var more))
            {
                urgent |= more;
            }

            if (urgent || time.GetElapsedTime(looked) >= BetweenUsages)
            {
                return;
            }
        }
    }

    private async Task<bool> HasNewsAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, clock.Token);
        try
        {
            return await told.Reader.WaitToReadAsync(enough.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Why the agent must stop now; empty where it need not, or nobody can be asked.</summary>
    private async Task<IReadOnlyList<string>> LookAsync(CancellationToken cancellationToken)
    {
        await ClimbAsync(cancellationToken);
        foreach (var id in path)
        {
            if (reached.TryGetValue(id, out var reason))
            {
                return [reason];
            }
        }

        try
        {
            var looking = client.GetBudgetAsync(agentId, session?.TaskId, cancellationToken);
            var now = session is null ? null : await client.GetSessionAsync(session.Id, cancellationToken);
            var budget = await looking;
            return [.. budget.StopReasons.Where(reason => Concerns(reason, budget)).Concat(now?.Status == "killed" ? ["session_killed"] : [])];
        }
        catch (EntourageException)
        {
            // Once more, later: nobody has said stop.
            return [];
        }
    }

    /// <summary>Learns which sessions are above, as far as somebody can be asked.</summary>
    private async Task ClimbAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (above is { } id)
            {
                if (path[^1] != id)
                {
                    path.Add(id);
                }

                above = (await client.GetSessionAsync(id, cancellationToken)).ParentSessionId;
            }
        }
        catch (EntourageException exception)
        {
            // Later once more, unless it is none of this agent's to read.
            above = exception.IsTransient ? above : null;
        }
    }

    /// <summary>An agent may have several sessions. What stops another one of them alone does not stop this one.</summary>
    private bool Concerns(string reason, Budget budget) => reason switch
    {
        _ when session is null => true,
        "session_killed" => false,
        _ when reason.StartsWith("budget_exceeded:session:", StringComparison.Ordinal) =>
            budget.Budgets.Any(row => row.Over && SessionOf(row) is { } id && path.Contains(id)),
        _ when reason.StartsWith("budget_exceeded:task:", StringComparison.Ordinal) => session.TaskId is not null,
        _ => true,
    };

    private static long? SessionOf(BudgetStatus row) =>
        row.Scope == "session" && row.ScopeId.ValueKind == JsonValueKind.Number && row.ScopeId.TryGetInt64(out var id) ? id : null;

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var item in client.WatchAgentAsync(agentId, connected: () => told.Writer.TryWrite(true), cancellationToken: cancellationToken))
                {
                    Hear(item);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (EntourageException)
            {
                // It cannot be opened: the clock has to do for a while.
                try
                {
                    await Task.Delay(BetweenLooks, time, cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private void Hear(EntourageEvent item)
    {
        // The budget check is of the agent's newest session; of an older one's cap its event alone tells.
        if (item.Type == "budget" && Read(item.Data) is { Over: true, Enforcement: "hard" } row && SessionOf(row) is { } id)
        {
            reached[id] = $"budget_exceeded:session:{row.Period}";
        }

        told.Writer.TryWrite(item.Type != "usage");
    }

    private static BudgetStatus? Read(JsonElement data)
    {
        try
        {
            return data.ValueKind == JsonValueKind.Object ? data.Deserialize(ClientJson.Default.BudgetStatus) : null;
        }
        catch (JsonException)
        {
            // Of a server that says it in another way. It is cause to look all the same.
            return null;
        }
    }
}
