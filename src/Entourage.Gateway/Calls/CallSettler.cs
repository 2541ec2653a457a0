using Entourage.Application.Access;
using Entourage.Application.Ledger;
using Entourage.Domain.Agents;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Gateway.Formats;
using Entourage.Gateway.Upstreams;
using MediatR;

namespace Entourage.Gateway.Calls;

/// <summary>Settles calls that have ended: records what they used, or releases the reservation of those that cost nothing.</summary>
internal sealed class CallSettler(CallSessions sessions, StoreOutage outage, UnrecordedCalls unrecorded, TimeProvider time)
{
    /// <summary>A service tier as the ledger names it; null for the standard one.</summary>
    public static string? TierOf(string? tier) => tier == ServiceTier.Standard ? null : Shorten(tier, Agent.ModelLength);

    /// <summary>Settles a call, now or as soon as the store is available.</summary>
    /// <param name="mediator">Sends requests in the name of the caller.</param>
    /// <param name="call">The call.</param>
    /// <param name="meter">What its answer told.</param>
    /// <param name="isFree">Whether the provider billed nothing.</param>
    public async Task SettleAsync(IMediator mediator, AdmittedCall call, CallMeter meter, bool isFree)
    {
        if (isFree && !call.IsReserved)
        {
            unrecorded.Leave();
            return;
        }

        var ended = new EndedCall(call.Reserved.ReservationId, call.Caller, call.AgentId, call.Origin, call.SessionId, call.Request.Model)
        {
            Settlement = isFree ? null : SettlementOf(call, meter),
        };
        if (!call.IsReserved && outage.IsOn)
        {
            unrecorded.Add(ended, fault: null);
            return;
        }

        try
        {
            await ended.RecordAsync(mediator, sessions);
        }
        catch (Exception exception)
        {
            unrecorded.Add(ended, exception);
            return;
        }

        if (!call.IsReserved)
        {
            unrecorded.Leave();
        }
    }

    private SettleCallCommand SettlementOf(AdmittedCall call, CallMeter meter) => new(
        SessionId: 0,
        call.Reserved.ReservationId,
        meter.Tokens,
        Shorten(meter.Model, Agent.ModelLength) ?? call.Reserved.Model,
        FactsOf(call, meter),
        call.Upstream.Billing,
        meter.IsExact ? null : "The answer broke off, so its tokens are estimated.")
    {
        IsUnreserved = !call.IsReserved,
        EndedAt = time.GetUtcNow(),
        Labels = call.Origin.Labels,
        Searches = meter.Searches,
    };

    private static GatewayCall FactsOf(AdmittedCall call, CallMeter meter)
    {
        var (asked, sent) = (call.Request.Model, call.Reserved.Model);
        return new(sent == asked ? null : asked, Shorten(meter.ResponseId, UsageRecord.ResponseIdLength), !meter.IsExact)
        {
            SentModel = meter.Model is null || meter.Model == sent ? null : sent,
            Tier = TierOf(meter.Tier),
            IsOutputLimitLowered = call.Reserved.IsLowered,
            AgentId = call.AgentId,
        };
    }

    private static string? Shorten(string? text, int length) => text is null || text.Length <= length ? text : text[..length];
}

/// <summary>A call that may be sent.</summary>
/// <param name="Upstream">Where it is sent.</param>
/// <param name="Request">The request.</param>
/// <param name="Caller">Who makes it.</param>
/// <param name="AgentId">The agent that makes it.</param>
/// <param name="Origin">What it says of its session.</param>
/// <param name="SessionId">Its session; null if that is unknown, because the store is unavailable.</param>
/// <param name="Reserved">What was reserved, and how it is sent.</param>
/// <param name="IsReserved">Whether the budgets were asked. If not, the reservation is only an id.</param>
internal sealed record AdmittedCall(
    Upstream Upstream, ModelRequest Request, Caller Caller, Guid AgentId, CallOrigin Origin, long? SessionId, ReservedCall Reserved, bool IsReserved);
