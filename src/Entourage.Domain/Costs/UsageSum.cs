using Entourage.Domain.Sessions;

namespace Entourage.Domain.Costs;

/// <summary>The sum of usages.</summary>
/// <param name="Tokens">The tokens by class, each at most <see cref="TokenCounts.LargestTotal"/>.</param>
/// <param name="UnpricedTokens">Tokens of all classes that have no price yet, at most <see cref="TokenCounts.LargestTotal"/>.</param>
/// <param name="Cost">The cost (USD).</param>
/// <param name="ImputedCost">The imputed cost of usage under a subscription (USD).</param>
/// <param name="Sessions">The number of sessions that started.</param>
public readonly record struct UsageSum(TokenCounts Tokens, long UnpricedTokens, MoneyTotal Cost, MoneyTotal ImputedCost, int Sessions)
{
    /// <summary>The part of the cost that is assumed because the models have no price yet (USD).</summary>
    public MoneyTotal AssumedCost { get; init; }

    /// <summary>Adds each part.</summary>
    public static UsageSum operator +(UsageSum left, UsageSum right) => checked(new(
        TokenCounts.AddTotals(left.Tokens, right.Tokens),
        TokenCounts.TotalOf(left.UnpricedTokens, right.UnpricedTokens),
        left.Cost + right.Cost,
        left.ImputedCost + right.ImputedCost,
        left.Sessions + right.Sessions)
    { AssumedCost = left.AssumedCost + right.AssumedCost });

    /// <summary>Subtracts each part.</summary>
    public static UsageSum operator -(UsageSum left, UsageSum right) => checked(new(
        left.Tokens - right.Tokens,
        left.UnpricedTokens - right.UnpricedTokens,
        left.Cost - right.Cost,
        left.ImputedCost - right.ImputedCost,
        left.Sessions - right.Sessions)
    { AssumedCost = left.AssumedCost - right.AssumedCost });

    /// <summary>
    /// Whether two sums are equal. Unpriced tokens are not compared if either side has reached <see cref="TokenCounts.LargestTotal"/>,
    /// because subtractions from it are lost.
    /// </summary>
    public bool Agrees(UsageSum other) => this == other
        || ((UnpricedTokens == TokenCounts.LargestTotal || other.UnpricedTokens == TokenCounts.LargestTotal)
            && this with { UnpricedTokens = 0 } == other with { UnpricedTokens = 0 });

    /// <summary>The sum of one record.</summary>
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

    /// <summary>The parts, for messages.</summary>
    public override string ToString() =>
        $"{Cost} USD ({ImputedCost} imputed{(AssumedCost == MoneyTotal.Zero ? "" : $", {AssumedCost} assumed")}), {AllTokens} tokens ({UnpricedTokens} unpriced){(Sessions == 0 ? "" : $", {Sessions} begun")}";

    // 128 bits, because a store that was edited by hand can hold more than any total.
    private Int128 AllTokens => (Int128)Tokens.Input + Tokens.Output + Tokens.CacheRead + Tokens.CacheWrite;
}
