using Entourage.Application.Abstractions;

namespace Entourage.Application.Ledger;

/// <summary>
/// What telemetry adds to a usage. It reports a call in several forms and in any order: a cost that is stated later corrects a calculated one, and a
/// span that sums up others counts nothing.
/// </summary>
/// <param name="MayCostMore">Whether the stated cost may include more than the tokens.</param>
/// <param name="ToldAt">When the call happened by its program's clock (UTC), where that is out of bounds and the time of receipt counts; else null.</param>
/// <param name="Mistake">Which attributes were ignored and why, for a person to read; empty for none.</param>
/// <param name="Span">The key of the usage's span; null for none.</param>
/// <param name="SpansAbove">The keys of the spans that contain it.</param>
/// <param name="SpansBelow">The keys of spans without usage that it contains. A usage below one of them may have been reported before.</param>
public sealed record TelemetryFacts(
    bool MayCostMore, DateTimeOffset? ToldAt, string Mistake, IdempotencyToken? Span, IReadOnlyList<IdempotencyToken> SpansAbove, IReadOnlyList<IdempotencyToken> SpansBelow);
