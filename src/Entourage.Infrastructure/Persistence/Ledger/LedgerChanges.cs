using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>What a batch of usages came to: the records, and what they add to every total.</summary>
internal sealed class LedgerChanges
{
    public List<LedgerRecord> Records { get; } = [];

    public List<IdempotentAnswer> Answers { get; } = [];

    public Dictionary<long, LedgerSum> Sessions { get; } = [];

    public Dictionary<LedgerBucket, LedgerSum> Rollups { get; } = [];

    public Dictionary<BudgetWindow, Money> Counters { get; } = [];
}

/// <summary>A usage as it is recorded.</summary>
/// <param name="Entry">What was reported.</param>
/// <param name="Model">The model, the session's where none was reported; empty when nobody said.</param>
/// <param name="Cost">The cost (USD); zero while it is unpriced.</param>
/// <param name="CostSource">Where the cost comes from.</param>
internal sealed record LedgerRecord(UsageEntry Entry, string Model, Money Cost, CostSource CostSource);

/// <summary>The key of a rollup.</summary>
internal readonly record struct LedgerBucket(Guid TeamId, DateTimeOffset QuarterAt, long SessionId, string Model);

/// <summary>What usages add to a total.</summary>
internal readonly record struct LedgerSum(TokenCounts Tokens, long UnpricedTokens, Money Cost, Money ImputedCost)
{
    public static LedgerSum operator +(LedgerSum left, LedgerSum right) => new(
        left.Tokens + right.Tokens,
        checked(left.UnpricedTokens + right.UnpricedTokens),
        left.Cost + right.Cost,
        left.ImputedCost + right.ImputedCost);
}
