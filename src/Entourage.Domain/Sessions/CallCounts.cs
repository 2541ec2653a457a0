namespace Entourage.Domain.Sessions;

/// <summary>Counts of a session's calls through the gateway.</summary>
/// <param name="Calls">The calls that were let through, running ones included.</param>
/// <param name="Refused">The calls that a budget refused.</param>
/// <param name="Lowered">The calls that were let through with a lower output limit than they asked for.</param>
/// <param name="Fallbacks">The calls that were sent to another model than they asked for.</param>
/// <param name="LastRefusedAt">When a budget last refused a call (UTC); null for never.</param>
public readonly record struct CallCounts(long Calls = 0, long Refused = 0, long Lowered = 0, long Fallbacks = 0, DateTimeOffset? LastRefusedAt = null)
{
    /// <summary>Adds counts of later calls.</summary>
    public static CallCounts operator +(CallCounts left, CallCounts right) => new(
        left.Calls + right.Calls,
        left.Refused + right.Refused,
        left.Lowered + right.Lowered,
        left.Fallbacks + right.Fallbacks,
        right.LastRefusedAt ?? left.LastRefusedAt);

    /// <summary>Adds counts of later calls.</summary>
    public static CallCounts Add(CallCounts left, CallCounts right) => left + right;
}
