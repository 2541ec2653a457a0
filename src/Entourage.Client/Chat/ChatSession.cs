using System.Collections.Concurrent;
using Entourage.Client.Contracts;

namespace Entourage.Client.Chat;

/// <summary>The session that the calls of a chat client are part of.</summary>
internal sealed class ChatSession(EntourageClient client, EntourageChatOptions options) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly ConcurrentQueue<(long SessionId, Usage Usage, string Key)> unreported = new();
    private string openingKey = client.NewIdempotencyKey();
    private long? opened;
    private bool failed;

    public EntourageClient Client => client;

    public EntourageChatOptions Options => options;

    /// <summary>Lets a call begin: what was spent before has been reported, the session is open, and money is set aside or left.</summary>
    /// <exception cref="StoppedException">The agent must stop.</exception>
    public async Task<ChatCall> BeginAsync(string? model, long inputTokens, long? maxOutputTokens, CancellationToken cancellationToken)
    {
        await ReportTheRestAsync(cancellationToken);
        if (options.SessionId is { } given)
        {
            return await BeginAsync(given, model, inputTokens, maxOutputTokens, cancellationToken);
        }

        var id = await OpenAsync(cancellationToken);
        try
        {
            return await BeginAsync(id, model, inputTokens, maxOutputTokens, cancellationToken);
        }
        catch (StoppedException exception) when (exception.StopReasons is ["session_ended" or "session_abandoned"])
        {
            // Nobody stopped an agent that was silent for too long: it goes on in another session. The next refusal is the caller's.
            if (!await ForgetAbandonedAsync(id, cancellationToken))
            {
                throw;
            }
        }

        return await BeginAsync(await OpenAsync(cancellationToken), model, inputTokens, maxOutputTokens, cancellationToken);
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
            unreported.Enqueue((id, usage, key));
        }
    }

    /// <summary>Ends the session, if it was opened here.</summary>
    public async Task EndAsync()
    {
        await ReportTheRestAsync(CancellationToken.None);
        if (opened is { } id)
        {
            await client.EndSessionAsync(id, new(failed ? "failed" : "completed"), CancellationToken.None);
            opened = null;
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<ChatCall> BeginAsync(long id, string? model, long inputTokens, long? maxOutputTokens, CancellationToken cancellationToken)
    {
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

    private async Task<long> OpenAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (opened is null)
            {
                var agent = options.AgentId ?? throw new InvalidOperationException("AgentId is not set: an agent or a session is needed.");
                var start = new SessionStart(agent, options.TaskId, options.Model, options.ParentSessionId, options.ParentToken);
                opened = (await client.StartSessionAsync(start, openingKey, cancellationToken)).Id;
            }

            return opened.Value;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Forgets the session if silence alone ended it, so that another is opened.</summary>
    private async Task<bool> ForgetAbandonedAsync(long id, CancellationToken cancellationToken)
    {
        if ((await client.GetSessionAsync(id, cancellationToken)).Status != "abandoned")
        {
            return false;
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            // Where calls are made at once, another may have been here first.
            if (opened == id)
            {
                (opened, openingKey) = (null, client.NewIdempotencyKey());
            }

            return true;
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

    private async Task ReportTheRestAsync(CancellationToken cancellationToken)
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
                Tell(await client.ReportUsageAsync(first.SessionId, first.Usage, first.Key, cancellationToken));
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
