using System.Collections.Concurrent;
using Entourage.Client.Contracts;

namespace Entourage.Client.Chat;

/// <summary>The session of a chat client's calls.</summary>
internal sealed class ChatSession(EntourageClient client, EntourageChatOptions options) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly ConcurrentQueue<(long SessionId, Usage Usage, string Key)> unreported = new();
    private string openingKey = client.NewIdempotencyKey();
    private long? opened;
    private bool failed;

    public EntourageClient Client => client;

    public EntourageChatOptions Options => options;

    /// <summary>Prepares a call: reports pending usage, starts the session if necessary, and reserves money or checks the budget.</summary>
    /// <exception cref="StoppedException">The agent must stop.</exception>
    public async Task<ChatCall> BeginAsync(CallEstimate estimate, CancellationToken cancellationToken)
    {
        await ReportPendingAsync(cancellationToken);
        if (options.SessionId is { } given)
        {
            return await BeginAsync(given, estimate, cancellationToken);
        }

        var id = await OpenAsync(cancellationToken);
        try
        {
            return await BeginAsync(id, estimate, cancellationToken);
        }
        catch (StoppedException exception) when (exception.StopReasons is ["session_ended" or "session_abandoned"])
        {
            // The server closed a silent session, which is not a stop. Continue in a new session, once.
            if (!await ForgetAbandonedAsync(id, cancellationToken))
            {
                throw;
            }
        }

        return await BeginAsync(await OpenAsync(cancellationToken), estimate, cancellationToken);
    }

    /// <summary>Reports the usage of a call. If the server is unavailable, the usage is reported before the next call.</summary>
    public async Task ReportAsync(long id, Usage usage)
    {
        failed = usage.Error is not null;
        var key = client.NewIdempotencyKey();
        try
        {
            // Not cancellable, because the money is spent.
            Notify(await client.ReportUsageAsync(id, usage, key, CancellationToken.None));
        }
        catch (EntourageException exception) when (exception.IsTransient)
        {
            unreported.Enqueue((id, usage, key));
        }
    }

    /// <summary>Ends the session if it was started here.</summary>
    public async Task EndAsync()
    {
        await ReportPendingAsync(CancellationToken.None);
        if (opened is { } id)
        {
            await client.EndSessionAsync(id, new(failed ? "failed" : "completed"), CancellationToken.None);
            opened = null;
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task<ChatCall> BeginAsync(long id, CallEstimate estimate, CancellationToken cancellationToken)
    {
        if (!options.Reserve)
        {
            await EnsureCanContinueAsync(id, cancellationToken);
            return new ChatCall(this, id, reservation: null, estimate);
        }

        var request = options.EstimatedCostUsd is { } usd
            ? new ReservationRequest { EstimatedCostUsd = usd }
            : new ReservationRequest
            {
                Model = estimate.Model,
                InputTokens = estimate.InputTokens,
                MaxOutputTokens = estimate.MaxOutputTokens ?? options.AssumedMaxOutputTokens,
            };
        request = request with { TtlSeconds = options.ReservationSeconds, Labels = estimate.Labels };
        return new ChatCall(this, id, await client.ReserveAsync(id, request, cancellationToken: cancellationToken), estimate);
    }

    private async Task<long> OpenAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (opened is null)
            {
                var agent = options.AgentId ?? throw new InvalidOperationException("Set AgentId or SessionId in the options.");
                var start = new SessionStart(agent, options.TaskId, options.Model, options.ParentSessionId, options.ParentToken) { Labels = options.Labels };
                opened = (await client.StartSessionAsync(start, openingKey, cancellationToken)).Id;
            }

            return opened.Value;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Forgets the session if the server closed it because it was silent, so that a new one is started.</summary>
    private async Task<bool> ForgetAbandonedAsync(long id, CancellationToken cancellationToken)
    {
        if ((await client.GetSessionAsync(id, cancellationToken)).Status != "abandoned")
        {
            return false;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            // A concurrent call may already have forgotten it.
            if (opened == id)
            {
                (opened, openingKey) = (null, client.NewIdempotencyKey());
            }

            return true;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task EnsureCanContinueAsync(long id, CancellationToken cancellationToken)
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

    private async Task ReportPendingAsync(CancellationToken cancellationToken)
    {
        if (unreported.IsEmpty)
        {
            return;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            while (unreported.TryPeek(out var first))
            {
                Notify(await client.ReportUsageAsync(first.SessionId, first.Usage, first.Key, cancellationToken));
                unreported.TryDequeue(out _);
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private void Notify(UsageAnswer answer) => options.Reported?.Invoke(answer);
}

/// <summary>What is known of a call before it is made.</summary>
/// <param name="Model">The model; null if unknown.</param>
/// <param name="InputTokens">The most input tokens.</param>
/// <param name="MaxOutputTokens">The most output tokens; null if the call does not limit them.</param>
/// <param name="Labels">Its own labels; null for none.</param>
internal sealed record CallEstimate(string? Model, long InputTokens, long? MaxOutputTokens, IReadOnlyDictionary<string, string>? Labels);
