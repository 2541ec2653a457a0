using Entourage.Domain;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Verification;

/// <summary>What usage comes to.</summary>
internal readonly record struct Totals(TokenCounts Tokens, long UnpricedTokens, Money Cost, Money ImputedCost)
{
    public static Totals operator +(Totals left, Totals right) => new(
        left.Tokens + right.Tokens, checked(left.UnpricedTokens + right.UnpricedTokens), left.Cost + right.Cost, left.ImputedCost + right.ImputedCost);

    public static Totals Of(UsageRecord record)
    {
        var tokens = new TokenCounts(record.InputTokens, record.OutputTokens, record.CacheReadTokens, record.CacheWriteTokens);
        return new(
            tokens,
            record.UnpricedTokens,
            record.Billing == Billing.Api ? record.Cost : Money.Zero,
            record.Billing == Billing.Subscription ? record.Cost : Money.Zero);
    }

    public static Totals Of(UsageRollup rollup) => new(
        new(rollup.InputTokens, rollup.OutputTokens, rollup.CacheReadTokens, rollup.CacheWriteTokens),
        rollup.UnpricedTokens,
        new(rollup.CostNanoUsd),
        new(rollup.ImputedCostNanoUsd));

    // A session does not say how many of its tokens are unpriced.
    public static Totals Of(Session session) => new(
        new(session.InputTokens, session.OutputTokens, session.CacheReadTokens, session.CacheWriteTokens), 0, session.Cost, session.ImputedCost);

    public override string ToString() => $"{Cost} USD ({ImputedCost} imputed), {Tokens.OfAllClasses} tokens ({UnpricedTokens} unpriced)";
}

/// <summary>The key of a rollup.</summary>
internal readonly record struct RollupKey(Guid TeamId, DateTimeOffset QuarterAt, long SessionId, string Model)
{
    public static RollupKey Of(UsageRollup rollup) => new(rollup.TeamId, rollup.QuarterAt, rollup.SessionId, rollup.Model);

    public override string ToString() => $"rollup of team {TeamId}, {QuarterAt:yyyy-MM-ddTHH:mmZ}, session {SessionId}, model '{Model}'";
}
