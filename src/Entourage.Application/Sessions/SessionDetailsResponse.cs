using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Entourage.Application.Abstractions;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>A session with its usage and its calls through the gateway.</summary>
public sealed record SessionDetailsResponse : SessionResponse
{
    /// <summary>Adds the calls through the gateway to a session's response.</summary>
    [SetsRequiredMembers]
    internal SessionDetailsResponse(SessionResponse session, GatewayCallsResponse? gateway)
        : base(session) => Gateway = gateway;

    /// <summary>Its calls through the gateway, without its sub-agents'; null if it made none.</summary>
    [JsonPropertyOrder(1)]
    public required GatewayCallsResponse? Gateway { get; init; }
}

/// <summary>A session's calls through the gateway.</summary>
/// <param name="Calls">The calls that were let through, running ones included.</param>
/// <param name="RunningCalls">The calls that are running now.</param>
/// <param name="RefusedCalls">The calls that a budget refused. They are not among the <paramref name="Calls"/>.</param>
/// <param name="LoweredCalls">The calls whose output limit was lowered to what the budgets had left.</param>
/// <param name="FallbackCalls">The calls that were sent to another model than they asked for.</param>
/// <param name="LastRefusedAt">When a budget last refused a call (UTC); null for never.</param>
public sealed record GatewayCallsResponse(
    long Calls, long RunningCalls, long RefusedCalls, long LoweredCalls, long FallbackCalls, DateTimeOffset? LastRefusedAt)
{
    /// <summary>Reads the calls of sessions, by the session's id. Sessions that made none are missing from the result.</summary>
    internal static async Task<IReadOnlyDictionary<long, GatewayCallsResponse>> ReadAsync(
        IEntourageDb db, IReadOnlyCollection<Session> sessions, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var called = sessions.Where(session => session.Calls != default).ToArray();
        if (called.Length == 0)
        {
            return new Dictionary<long, GatewayCallsResponse>();
        }

        // An expired one is of a call that was never settled, because its server was killed.
        var ids = called.Select(session => session.Id).ToArray();
        var running = await db.Reservations
            .Where(reservation => ids.Contains(reservation.SessionId) && reservation.EndedAt == null && reservation.IsHeld && reservation.ExpiresAt > now)
            .GroupBy(reservation => reservation.SessionId)
            .Select(calls => new { SessionId = calls.Key, Count = calls.LongCount() })
            .ToDictionaryAsync(calls => calls.SessionId, calls => calls.Count, cancellationToken);
        return called.ToDictionary(session => session.Id, session => new GatewayCallsResponse(
            session.GatewayCalls, running.GetValueOrDefault(session.Id), session.RefusedCalls, session.LoweredCalls, session.FallbackCalls, session.LastRefusedAt));
    }
}
