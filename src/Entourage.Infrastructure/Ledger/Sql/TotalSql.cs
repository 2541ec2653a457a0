using Entourage.Domain;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>
/// Adds to stored totals without overflowing 64 bits, in SQL that both databases understand. A number that does not fit would become a
/// floating-point number on SQLite, and fail the statement on SQL Server.
/// </summary>
internal static class TotalSql
{
    // MoneyTotal.NanosPerBillionUsd and TokenCounts.LargestTotal. SQL Server reads a literal of this size as a decimal, whose division has a fraction.
    private const string Billion = "CAST(1000000000000000000 AS bigint)";
    private const string Max = Billion;

    /// <summary>Adds tokens of every class, up to <see cref="TokenCounts.LargestTotal"/>; see <see cref="TokenCounts.TotalOf"/>.</summary>
    public static readonly string AddTokens = string.Join(
        ", ",
        new[] { ("InputTokens", "@inputTokens"), ("OutputTokens", "@outputTokens"), ("CacheReadTokens", "@cacheReadTokens"), ("CacheWriteTokens", "@cacheWriteTokens") }
            .Select(item => $"{item.Item1} = CASE WHEN {item.Item1} >= {Max} - {item.Item2} THEN {Max} ELSE {item.Item1} + {item.Item2} END"));

    /// <summary>Adds unpriced tokens. A negative number subtracts some.</summary>
    public const string AddUnpriced =
        "UnpricedTokens = CASE WHEN UnpricedTokens >= " + Max + " OR UnpricedTokens >= " + Max + " - @unpricedTokens THEN " + Max
        + " ELSE UnpricedTokens + @unpricedTokens END";

    /// <summary>Adds to the costs of a rollup or a summary. Whole billions of dollars carry over to the first part.</summary>
    public static readonly string AddCosts = string.Join(
        ", ",
        AddCost("CostBillionUsd", "CostNanoUsd", "@costBillionUsd", "@costNanoUsd"),
        AddCost("ImputedCostBillionUsd", "ImputedCostNanoUsd", "@imputedCostBillionUsd", "@imputedCostNanoUsd"),
        AddCost("AssumedCostBillionUsd", "AssumedCostNanoUsd", "@assumedCostBillionUsd", "@assumedCostNanoUsd"));

    /// <summary>Adds to the costs of a session, whose columns have other names.</summary>
    public static readonly string AddSessionCosts = string.Join(
        ", ",
        AddCost("CostBillionUsd", "Cost", "@costBillionUsd", "@costNanoUsd"),
        AddCost("ImputedCostBillionUsd", "ImputedCost", "@imputedCostBillionUsd", "@imputedCostNanoUsd"));

    /// <summary>Adds all amounts to a rollup or a summary.</summary>
    public static readonly string AddAll = $"{AddTokens}, {AddUnpriced}, {AddCosts}, Sessions = Sessions + @sessions";

    private static string AddCost(string billions, string rest, string addedBillions, string addedRest) =>
        $"{billions} = {billions} + {addedBillions} + ({rest} + {addedRest}) / {Billion}, {rest} = ({rest} + {addedRest}) % {Billion}";
}
