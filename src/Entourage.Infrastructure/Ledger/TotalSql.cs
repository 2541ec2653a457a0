using Entourage.Domain;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// How statements add to stored totals without leaving 64 bits, in words that both databases understand. A number that does not fit would become a
/// floating-point one on SQLite, and fail the statement on SQL Server.
/// </summary>
internal static class TotalSql
{
    /// <summary>
    /// Adds to tokens of every class, which stop at <see cref="TokenCounts.LargestTotal"/>: see <see cref="TokenCounts.TotalOf"/>.
    /// </summary>
    public const string AddTokens =
        "InputTokens = CASE WHEN InputTokens >= " + Most + " - @input THEN " + Most + " ELSE InputTokens + @input END, "
        + "OutputTokens = CASE WHEN OutputTokens >= " + Most + " - @output THEN " + Most + " ELSE OutputTokens + @output END, "
        + "CacheReadTokens = CASE WHEN CacheReadTokens >= " + Most + " - @cacheRead THEN " + Most + " ELSE CacheReadTokens + @cacheRead END, "
        + "CacheWriteTokens = CASE WHEN CacheWriteTokens >= " + Most + " - @cacheWrite THEN " + Most + " ELSE CacheWriteTokens + @cacheWrite END";

    /// <summary>Adds to unpriced tokens, of which some may be taken off again.</summary>
    public const string AddUnpriced =
        "UnpricedTokens = CASE WHEN UnpricedTokens >= " + Most + " OR UnpricedTokens >= " + Most + " - @unpriced THEN " + Most
        + " ELSE UnpricedTokens + @unpriced END";

    /// <summary>Adds to the costs of a rollup or a summary: what makes a billion dollars goes to the first part.</summary>
    public const string AddCosts =
        "CostBillionUsd = CostBillionUsd + @costBillion + (CostNanoUsd + @cost) / " + Billion + ", CostNanoUsd = (CostNanoUsd + @cost) % " + Billion + ", "
        + "ImputedCostBillionUsd = ImputedCostBillionUsd + @imputedBillion + (ImputedCostNanoUsd + @imputed) / " + Billion + ", "
        + "ImputedCostNanoUsd = (ImputedCostNanoUsd + @imputed) % " + Billion + ", "
        + "AssumedCostBillionUsd = AssumedCostBillionUsd + @assumedBillion + (AssumedCostNanoUsd + @assumed) / " + Billion + ", "
        + "AssumedCostNanoUsd = (AssumedCostNanoUsd + @assumed) % " + Billion;

    /// <summary>The same for a session, whose columns have other names.</summary>
    public const string AddSessionCosts =
        "CostBillionUsd = CostBillionUsd + @costBillion + (Cost + @cost) / " + Billion + ", Cost = (Cost + @cost) % " + Billion + ", "
        + "ImputedCostBillionUsd = ImputedCostBillionUsd + @imputedBillion + (ImputedCost + @imputed) / " + Billion + ", "
        + "ImputedCost = (ImputedCost + @imputed) % " + Billion;

    // MoneyTotal.NanosPerBillionUsd and TokenCounts.LargestTotal. SQL Server takes a literal of this size for a decimal, whose division has a fraction.
    private const string Billion = "CAST(1000000000000000000 AS bigint)";
    private const string Most = Billion;
}
