using Entourage.Domain.Sessions;

namespace Entourage.Domain.Costs;

/// <summary>What usages come to.</summary>
/// <param name="Tokens">Their tokens, by class.</param>
/// <param name="UnpricedTokens">Tokens of all classes whose cost nobody knows yet.</param>
/// <param name="Cost">What they cost (USD).</param>
/// <param name="ImputedCost">What those under a subscription would have cost (USD).</param>
/// <param name="Sessions">How many sessions began.</param>
public readonly record struct UsageSum(TokenCounts Tokens, long UnpricedTokens, Money Cost, Money ImputedCost, int Sessions)
{
    /// <summary>The sums of each part.</summary>
    public static UsageSum operator +(UsageSum left, UsageSum right) => checked(new(
        left.Tokens + right.Tokens,
        left.UnpricedTokens + right.UnpricedTokens,
        left.Cost + right.Cost,
        left.ImputedCost + right.ImputedCost,
        left.Sessions + right.Sessions));

    /// <summary>The differences of each part.</summary>
    public static UsageSum operator -(UsageSum left, UsageSum right) => checked(new(
        left.Tokens - right.Tokens,
        left.UnpricedTokens - right.UnpricedTokens,
        left.Cost - right.Cost,
        left.ImputedCost - right.ImputedCost,
        left.Sessions - right.Sessions));

    /// <summary>What a record adds.</summary>
    public static UsageSum Of(UsageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var tokens = new TokenCounts(record.InputTokens, record.OutputTokens, record.CacheReadTokens, record.CacheWriteTokens);
        var counted = record.Billing == Billing.Api ? record.Cost : Money.Zero;
        return new(tokens, record.UnpricedTokens, counted, record.Cost - counted, 0);
    }

    /// <summary>What a session says of itself: not how many of its tokens are unpriced.</summary>
    public static UsageSum Of(Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new(
            new(session.InputTokens, session.OutputTokens, session.CacheReadTokens, session.CacheWriteTokens), 0, session.Cost, session.ImputedCost, 0);
    }

    /// <summary>The parts in words.</summary>
    public override string ToString() =>
        $"{Cost} USD ({ImputedCost} imputed), {Tokens.OfAllClasses} tokens ({UnpricedTokens} unpriced){(Sessions == 0 ? "" : $", {Sessions} begun")}";
}
