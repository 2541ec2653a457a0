using System.Threading.Channels;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Gateway.Calls;

/// <summary>
/// The calls that have ended while the store was unavailable. Each is recorded as soon as the store is back, in the order in which they ended. They are kept
/// in memory: if the server ends before, the reservations of those that have one are charged in full, and the log tells the usage of the others.
/// </summary>
internal sealed partial class UnrecordedCalls(IServiceScopeFactory scopes, CallSessions sessions, StoreOutage outage, ILogger<UnrecordedCalls> logger)
    : BackgroundService
{
    /// <summary>How many calls without a reservation may run or wait to be recorded. Further ones are refused.</summary>
    public const int MaxUnreserved = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<EndedCall> waiting = Channel.CreateUnbounded<EndedCall>(new() { SingleReader = true });
    private int unreserved;

    /// <summary>Counts a call that is made without a reservation; false if there are too many. <see cref="Leave"/> must follow.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref unreserved) <= MaxUnreserved)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Notes that a call without a reservation was recorded, or cost nothing.</summary>
    public void Leave() => Interlocked.Decrement(ref unreserved);

    /// <summary>Adds a call that could not be recorded.</summary>
    /// <param name="call">The call.</param>
    /// <param name="fault">Why not; null if the store was not asked.</param>
    public void Add(EndedCall call, Exception? fault)
    {
        if (fault is null || IsUnavailable(fault))
        {
            outage.Note();
        }

        if (call.Settlement is { IsUnreserved: true } settlement)
        {
            var tokens = settlement.Tokens.Counts;
            LogUnchecked(logger, settlement.CallId, call.AgentId, settlement.Model, tokens.Input, tokens.Output, tokens.CacheRead, tokens.CacheWrite);
        }
        else
        {
            LogUnsettled(logger, call.Id, fault);
        }

        waiting.Writer.TryWrite(call);
    }

    /// <summary>Stops, and tries once more to record what waits.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        while (waiting.Reader.TryRead(out var call) && await TryRecordAsync(call))
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var count = 0;
        while (await waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            while (waiting.Reader.TryPeek(out var call))
            {
                if (!await TryRecordAsync(call))
                {
                    outage.Note();
                    await Task.Delay(Interval, TimeProvider.System, stoppingToken);
                    continue;
                }

                count++;
                waiting.Reader.TryRead(out _);
                if (call.Settlement is { IsUnreserved: true })
                {
                    Leave();
                }
            }

            outage.End();
            LogRecorded(logger, count);
            count = 0;
        }
    }

    /// <summary>Records a call, or gives it up if the ledger refuses it; false if the store is still unavailable.</summary>
    private async Task<bool> TryRecordAsync(EndedCall call)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = call.Caller;
        var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();
        try
        {
            try
            {
                await call.RecordAsync(mediator, sessions);
            }
            catch (Exception exception) when (call.Settlement is { IsUnreserved: true } && IsRefusal(exception))
            {
                // The named session may not exist, or may belong to another agent. The money is spent either way.
                await (call with { Origin = CallOrigin.Unknown, SessionId = null }).RecordAsync(mediator, sessions);
            }
        }
        catch (Exception exception) when (IsUnavailable(exception))
        {
            return false;
        }
        catch (Exception exception)
        {
            LogGivenUp(logger, call.Id, exception);
        }

        return true;
    }

    // Also if the outcome is unknown, because a call is recorded once, however often it is sent.
    private static bool IsUnavailable(Exception exception) => exception is StoreUnavailableException || StoreFault.IsCauseOf(exception);

    private static bool IsRefusal(Exception exception) => exception is NotFoundException or ForbiddenException or RuleViolationException or ValidationException;

    [LoggerMessage(4002, LogLevel.Error, "Call {Call} could not be settled. The server tries again. Its reservation holds the money, and is charged once it expires")]
    private static partial void LogUnsettled(ILogger logger, Guid call, Exception? exception);

    [LoggerMessage(
        4003,
        LogLevel.Warning,
        "Call {Call} of agent {Agent} was made without a check of the budgets, because the store is unavailable. It is recorded later: {Model}, {Input} input, {Output} output, {CacheRead} cache-read and {CacheWrite} cache-write tokens")]
    private static partial void LogUnchecked(ILogger logger, Guid call, Guid agent, string model, long input, long output, long cacheRead, long cacheWrite);

    [LoggerMessage(4004, LogLevel.Information, "The store is available again. {Count} calls were recorded")]
    private static partial void LogRecorded(ILogger logger, int count);

    [LoggerMessage(4005, LogLevel.Error, "The ledger refused call {Call}. If it has a reservation, that is charged once it expires. Otherwise the call is not recorded")]
    private static partial void LogGivenUp(ILogger logger, Guid call, Exception exception);
}

/// <summary>A call that has ended, and what the ledger must do.</summary>
/// <param name="Id">Its reservation or, without one, an id of its own.</param>
/// <param name="Caller">Who made it.</param>
/// <param name="AgentId">The agent that made it.</param>
/// <param name="Origin">What it said of its session.</param>
/// <param name="SessionId">Its session; null if it has yet to be found.</param>
/// <param name="RequestedModel">The model that it asked for.</param>
internal sealed record EndedCall(Guid Id, Caller Caller, Guid AgentId, CallOrigin Origin, long? SessionId, string RequestedModel)
{
    /// <summary>Its usage, whose session is ignored; null if the provider billed nothing.</summary>
    public SettleCallCommand? Settlement { get; init; }

    /// <summary>Records the usage, or releases the reservation of a call that cost nothing.</summary>
    public async Task RecordAsync(IMediator mediator, CallSessions sessions)
    {
        var session = SessionId ?? await sessions.FindAsync(mediator, Origin, AgentId, RequestedModel, isSpent: true, CancellationToken.None);
        Task recording = Settlement is { } settlement
            ? mediator.Send(settlement with { SessionId = session }, CancellationToken.None)
            : mediator.Send(new ReleaseCallCommand(session, Id), CancellationToken.None);
        await recording;
    }
}
