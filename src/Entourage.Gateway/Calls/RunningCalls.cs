using System.Collections.Concurrent;
using Entourage.Application.Access;
using Entourage.Application.Stops;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Gateway.Calls;

/// <summary>
/// The calls that run in this process. A kill or a pause of their sessions cuts them, whichever replica carried it out: while any call runs, the store is
/// asked several times a second.
/// </summary>
internal sealed partial class RunningCalls(IServiceScopeFactory scopes, ILogger<RunningCalls> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<RunningCall, bool> running = new();

    /// <summary>Adds a call until it is disposed. Its session may be unknown.</summary>
    public RunningCall Add(long? sessionId, CancellationToken cancelled)
    {
        var call = new RunningCall(sessionId, ended => running.TryRemove(ended, out _), cancelled);
        running[call] = true;
        return call;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CutStoppedAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(logger, exception);
            }
        }
    }

    private async Task CutStoppedAsync(CancellationToken cancellationToken)
    {
        var sessions = running.Keys.Select(call => call.SessionId).OfType<long>().ToHashSet();
        if (sessions.Count == 0)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = Caller.Entourage;
        var stopped = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new FindStoppedSessionsQuery(sessions), cancellationToken);
        foreach (var call in running.Keys)
        {
            if (call.SessionId is { } session && stopped.TryGetValue(session, out var reason))
            {
                call.Cut(reason);
            }
        }
    }

    [LoggerMessage(4001, LogLevel.Warning, "Whether running calls must be cut could not be read. The server tries again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}

/// <summary>A call that runs.</summary>
internal sealed class RunningCall : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly Action<RunningCall> end;

    public RunningCall(long? sessionId, Action<RunningCall> end, CancellationToken cancelled)
    {
        (SessionId, this.end) = (sessionId, end);
        source = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
    }

    public long? SessionId { get; }

    /// <summary>Why it was cut; null if it was not.</summary>
    public string? CutReason { get; private set; }

    /// <summary>Cancelled when the call is cut or its client disconnects.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Cuts the call after a time.</summary>
    public void CancelAfter(TimeSpan limit) => source.CancelAfter(limit);

    /// <summary>Cuts the call now.</summary>
    public void Cut(string reason)
    {
        CutReason ??= reason;
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    public void Dispose()
    {
        end(this);
        source.Dispose();
    }
}
