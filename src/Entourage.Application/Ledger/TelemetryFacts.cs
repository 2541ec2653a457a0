using Entourage.Application.Abstractions;

namespace Entourage.Application.Ledger;

/// <summary>
/// Facts about a usage that only telemetry reports. It reports a call in several forms and in any order. A cost that is stated later corrects a
/// calculated one, and a span that sums up others counts nothing.
/// </summary>
/// <param name="MayCostMore">Whether the stated cost may include more than the price of the tokens.</param>
/// <param name="ReportedAt">The time that the program stated (UTC), if it is out of bounds and the time of receipt counts instead; otherwise null.</param>
/// <param name="Mistake">A text that names the ignored attributes and the reasons; empty for none.</param>
/// <param name="Span">The key of the usage's span; null for none.</param>
/// <param name="SpansAbove">The keys of the spans that contain it.</param>
/// <param name="SpansBelow">The keys of spans without usage that it contains. A usage below one of them may have been reported before.</param>
public sealed record TelemetryFacts(
    bool MayCostMore, DateTimeOffset? ReportedAt, string Mistake, IdempotencyToken? Span, IReadOnlyList<IdempotencyToken> SpansAbove, IReadOnlyList<IdempotencyToken> SpansBelow)
{
    /// <summary>The key under which the gateway finds this usage, if it records the same call afterwards; null if this server has no gateway.</summary>
    public IdempotencyToken? Call { get; init; }

    /// <summary>The keys of usages that this one replaces, if they were recorded.</summary>
    public IReadOnlyList<IdempotencyToken> Replaced { get; init; } = SpansAbove;
}
