using Entourage.Domain.Sessions;

namespace Entourage.Domain.Costs;

/// <summary>What usages come to.</summary>
/// <param name="Tokens">Their tokens, by class; at most <see cref="TokenCounts.LargestTotal"/> each.</param>
/// <param name="UnpricedTokens">Tokens of all classes whose cost nobody knows yet; at most <see cref="TokenCounts.LargestTotal"/>.</param>
/// <param name="Cost">What they cost (USD).</param>
/// <param name="ImputedCost">What those under a subscription would have cost (USD).</param>
/// <param name="Sessions">How many sessions began.</param>
public readonly record struct UsageSum(TokenCounts Tokens, long UnpricedTokens, MoneyTotal Cost, MoneyTotal ImputedCost, int Sessions)
{
    /// <summary>The part of the cost that is assumed, since the models have no price yet (USD).</summary>
    public MoneyTotal AssumedCost { get; init; }

    /// <summary>The sums of each part.</summary>
    public static UsageSum operator +(UsageSum left, UsageSum right) => checked(new(
        TokenCounts.AddTotals(left.Tokens, right.Tokens),
        TokenCounts.TotalOf(left.UnpricedTokens, right.UnpricedTokens),
        left.Cost + right.Cost,
        left.ImputedCost + right.ImputedCost,
        left.Sessions + right.Sessions)
        { AssumedCost = left.AssumedCost + right.AssumedCost });

    /// <summary>The differences of each part.</summary>
    public static UsageSum operator -(UsageSum left, UsageSum right) => checked(new(
        left.Tokens - right.Tokens,
        left.UnpricedTokens - right.UnpricedTokens,
        left.Cost - right.Cost,
        left.ImputedCost - right.ImputedCost,
        left.Sessions - right.Sessions)
        { AssumedCost = left.AssumedCost - right.AssumedCost });

    /// <summary>
    /// Whether two sums are of the same usage. Unpriced tokens that have reached <see cref="TokenCounts.LargestTotal"/> on either side say nothing: which
    /// were taken off again is not known.
    /// </summary>
    public bool Agrees(UsageSum other) => this == other
        || ((UnpricedTokens == TokenCounts.LargestTotal || other.UnpricedTokens == TokenCounts.LargestTotal)
            && this with { UnpricedTokens = 0 } == other with { UnpricedTokens = 0 });

    /// <summary>What a record adds.</summary>
    public static UsageSum Of(UsageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var tokens = new TokenCounts(record.InputTokens, record.OutputTokens, record.CacheReadTokens, record.CacheWriteTokens);
        var counted = record.Billing == Billing.Api ? record.Cost : Money.Zero;
        return new(tokens, record.UnpricedTokens, counted, record.Cost - counted, 0)
        {
            AssumedCost = record.Billing == Billing.Api ? record.AssumedCost : Money.Zero,
        };
    }

    /// <summary>The parts in words.</summary>
    public override string ToString() =>
        $"{Cost} USD ({ImputedCost} imputed{(AssumedCost == MoneyTotal.Zero ? "" : $", {AssumedCost} assumed")}), {AllTokens} tokens ({UnpricedTokens} unpriced){(Sessions == 0 ? "" : $", {Sessions} begun")}";

    // Also of what somebody wrote into the store, which may be more than any total.
    private Int128 AllTokens => (Int128)Tokens.Input + Tokens.Output + Tokens.CacheRead + Tokens.CacheWrite;
}
