using System.Collections.Concurrent;
using Entourage.Client.Contracts;

namespace Entourage.Client.Chat;

/// <summary>The session that the calls of a chat client are part of.</summary>
internal sealed class ChatSession(EntourageClient client, EntourageChatOptions options) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly string openingKey = client.NewIdempotencyKey();
    private readonly ConcurrentQueue<(Usage Usage, string Key)> unreported = new();
    private long? opened;
    private bool failed;

    public EntourageClient Client => client;

    public EntourageChatOptions Options => options;

    /// <summary>Lets a call begin: what was spent before has been reported, the session is open, and money is set aside or left.</summary>
    /// <exception cref="StoppedException">The agent must stop.</exception>
    public async Task<ChatCall> BeginAsync(string? model, long inputTokens, long? maxOutputTokens, CancellationToken cancellationToken)
    {
        var id = options.SessionId ?? await OpenAsync(cancellationToken);
        await ReportTheRestAsync(id, cancellationToken);
        if (!options.Reserve)
        {
            await EnsureMayGoOnAsync(id, cancellationToken);
            return new ChatCall(this, id, reservation: null, model, inputTokens);
        }

        var request = options.EstimatedCostUsd is { } usd
            ? new ReservationRequest { EstimatedCostUsd = usd, TtlSeconds = options.ReservationSeconds }
            : new ReservationRequest
            {
                Model = model,
                InputTokens = inputTokens,
                MaxOutputTokens = maxOutputTokens ?? options.AssumedMaxOutputTokens,
                TtlSeconds = options.ReservationSeconds,
            };
        return new ChatCall(this, id, await client.ReserveAsync(id, request, cancellationToken: cancellationToken), model, inputTokens);
    }

    /// <summary>Reports what a call used. Where the server cannot be asked now it is reported later, and before any further call.</summary>
    public async Task ReportAsync(long id, Usage usage)
    {
        failed = usage.Error is not null;
        var key = client.NewIdempotencyKey();
        try
        {
            // Also for a caller that has left: the money is spent.
            Tell(await client.ReportUsageAsync(id, usage, key, CancellationToken.None));
        }
        catch (EntourageException exception) when (exception.IsTransient)
        {
            unreported.Enqueue((usage, key));
        }
    }

    /// <summary>Ends the session, if it was opened here.</summary>
    public async Task EndAsync()
    {
        if ((options.SessionId ?? opened) is not { } id)
        {
            return;
        }

        await ReportTheRestAsync(id, CancellationToken.None);
        if (opened is not null)
        {
            await client.EndSessionAsync(id, new(failed ? "failed" : "completed"), CancellationToken.None);
            opened = null;
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<long> OpenAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (opened is null)
            {
                var agent = options.AgentId ?? throw new InvalidOperationException("AgentId is not set: an agent or a session is needed.");
                var start = new SessionStart(agent, options.TaskId, options.Model, options.ParentSessionId);
                opened = (await client.StartSessionAsync(start, openingKey, cancellationToken)).Id;
            }

            return opened.Value;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task EnsureMayGoOnAsync(long id, CancellationToken cancellationToken)
    {
        var session = await client.GetSessionAsync(id, cancellationToken);
        if (session.Status != "active")
        {
            throw new StoppedException([$"session_{(session.Status is "killed" or "abandoned" ? session.Status : "ended")}"]);
        }

        var budget = await client.GetBudgetAsync(session.AgentId, session.TaskId, cancellationToken);
        if (budget.Stop)
        {
            throw new StoppedException(budget.StopReasons);
        }
    }

    private async Task ReportTheRestAsync(long id, CancellationToken cancellationToken)
    {
        if (unreported.IsEmpty)
        {
            return;
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            while (unreported.TryPeek(out var first))
            {
                Tell(await client.ReportUsageAsync(id, first.Usage, first.Key, cancellationToken));
                unreported.TryDequeue(out _);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private void Tell(UsageAnswer answer) => options.Reported?.Invoke(answer);
}
