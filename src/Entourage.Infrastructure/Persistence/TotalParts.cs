using Microsoft.EntityFrameworkCore.Migrations;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Brings totals that were stored in one number into the two parts of <see cref="Domain.MoneyTotal"/>, whatever they had grown to.</summary>
internal static class TotalParts
{
    private const string Billion = "CAST(1000000000000000000 AS bigint)";

    private static readonly (string Table, string Nanos, string Billions)[] Columns =
    [
        ("BudgetCounters", "Spent", "SpentBillionUsd"),
        ("BudgetCounters", "Reserved", "ReservedBillionUsd"),
        ("Sessions", "Cost", "CostBillionUsd"),
        ("Sessions", "ImputedCost", "ImputedCostBillionUsd"),
        ("UsageRollups", "CostNanoUsd", "CostBillionUsd"),
        ("UsageRollups", "ImputedCostNanoUsd", "ImputedCostBillionUsd"),
        ("UsageRollups", "SummarisedCostNanoUsd", "SummarisedCostBillionUsd"),
        ("UsageRollups", "SummarisedImputedCostNanoUsd", "SummarisedImputedCostBillionUsd"),
        ("CostSummaries", "CostNanoUsd", "CostBillionUsd"),
        ("CostSummaries", "ImputedCostNanoUsd", "ImputedCostBillionUsd"),
        ("CompactedUsage", "CostNanoUsd", "CostBillionUsd"),
        ("CompactedUsage", "ImputedCostNanoUsd", "ImputedCostBillionUsd"),
    ];

    /// <summary>Splits them. The migration that adds the columns of the first parts calls this after it.</summary>
    /// <remarks>A total that SQLite had turned into a floating-point number is cut to a whole one here; `verify --repair` puts it right.</remarks>
    public static void SplitTotals(this MigrationBuilder migration)
    {
        foreach (var (table, nanos, billions) in Columns)
        {
            migration.Sql(
                $"UPDATE {table} SET {billions} = CAST({nanos} AS bigint) / {Billion}, {nanos} = CAST({nanos} AS bigint) % {Billion} "
                + $"WHERE {nanos} >= {Billion} OR {nanos} <= -{Billion}");
        }
    }

    /// <summary>Puts them together again, before the columns are dropped. One that does not fit fails, and nothing is dropped.</summary>
    public static void JoinTotals(this MigrationBuilder migration)
    {
        foreach (var (table, nanos, billions) in Columns)
        {
            migration.Sql($"UPDATE {table} SET {nanos} = {billions} * {Billion} + {nanos} WHERE {billions} <> 0");
        }
    }
}
