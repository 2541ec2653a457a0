using System.Security.Cryptography;
using System.Text;
using Entourage.Application.Abstractions;
using Entourage.Domain;

namespace Entourage.Application.Ledger;

/// <summary>
/// Recognises a call that passed through the gateway when the client's telemetry reports it too, so that it counts once. Most telemetry contains no id of
/// the provider's, so a call is recognised by its agent, its tokens of each class, and its time.
/// </summary>
/// <remarks>
/// Time is cut into periods of ten minutes, and neighbouring periods are searched as well. A report therefore matches if either its stated time or its
/// receipt is within ten minutes of the end of the call. Neither a wrong clock nor a late export alone makes a call count twice.
/// </remarks>
internal static class GatewayCallKey
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    /// <summary>The facts of a settled call: telemetry of the same call counts nothing, whether it arrives later or was recorded a moment before.</summary>
    /// <param name="agentId">The agent that made the call.</param>
    /// <param name="tokens">The tokens of the call.</param>
    /// <param name="endedAt">When the answer ended (UTC).</param>
    /// <param name="now">The current time (UTC), which is later if the store was unavailable meanwhile.</param>
    public static TelemetryFacts? CoverTelemetryOf(Guid agentId, TokenCounts tokens, DateTimeOffset endedAt, DateTimeOffset now)
    {
        if (tokens.OfAllClasses == 0)
        {
            return null;
        }

        var (ended, received) = (PeriodOf(endedAt), PeriodOf(now));
        var periods = new[] { ended, ended - 1, received, received - 1 }.Distinct();
        return new(MayCostMore: false, ReportedAt: null, Mistake: "", Span: null, SpansAbove: [Of(agentId, tokens, ended)], SpansBelow: [])
        {
            Replaced = [.. periods.Select(period => Of(agentId, tokens, period))],
        };
    }

    /// <summary>Adds to the facts of a reported usage where the gateway may have recorded the same call, and where it will find this report.</summary>
    public static TelemetryFacts AddTo(TelemetryFacts facts, Guid agentId, TokenCounts tokens, DateTimeOffset? statedAt, DateTimeOffset now)
    {
        if (tokens.OfAllClasses == 0)
        {
            return facts;
        }

        var (stated, received) = (PeriodOf(statedAt ?? now), PeriodOf(now));
        var periods = new[] { stated - 1, stated, stated + 1, received - 1, received }.Distinct();
        return facts with { Call = Of(agentId, tokens, received), SpansBelow = [.. facts.SpansBelow, .. periods.Select(period => Of(agentId, tokens, period))] };
    }

    private static long PeriodOf(DateTimeOffset at) => at.UtcTicks / Period.Ticks;

    private static IdempotencyToken Of(Guid agentId, TokenCounts tokens, long period)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant(
            $"gateway/agents/{agentId}\n{tokens.Input} {tokens.Output} {tokens.CacheRead} {tokens.CacheWrite}\n{period}")));
        return new(hash, hash);
    }
}
