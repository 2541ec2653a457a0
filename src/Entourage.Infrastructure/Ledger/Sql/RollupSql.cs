using Entourage.Application.Ledger;
using Entourage.Domain.Agents;
using Entourage.Domain.Costs;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The rollups of usage.</summary>
internal static class RollupSql
{
    private static readonly Column<Guid> TeamId = Column.Id("TeamId");
    private static readonly Column<DateTimeOffset> QuarterAt = Column.Instant("QuarterAt");
    private static readonly Column<long> SessionId = Column.Int64("SessionId");
    private static readonly Column<string> Model = Column.Text("Model", Agent.ModelLength);
    private static readonly Column<long> LabelSetId = Column.Int64("LabelSetId");

    /// <summary>The tokens and costs of a sum, which <see cref="TotalSql"/> adds to a session.</summary>
    public static readonly RowBinding<UsageSum> Amounts = new()
    {
        { Column.Int64("InputTokens"), sum => sum.Tokens.Input },
        { Column.Int64("OutputTokens"), sum => sum.Tokens.Output },
        { Column.Int64("CacheReadTokens"), sum => sum.Tokens.CacheRead },
        { Column.Int64("CacheWriteTokens"), sum => sum.Tokens.CacheWrite },
        { Column.Int64("CostBillionUsd"), sum => sum.Cost.BillionUsd },
        { Column.Int64("CostNanoUsd"), sum => sum.Cost.RestNanoUsd },
        { Column.Int64("ImputedCostBillionUsd"), sum => sum.ImputedCost.BillionUsd },
        { Column.Int64("ImputedCostNanoUsd"), sum => sum.ImputedCost.RestNanoUsd },
    };

    /// <summary>All amounts of a sum, which <see cref="TotalSql"/> adds to a rollup or a cost summary.</summary>
    public static readonly RowBinding<UsageSum> AllAmounts = new()
    {
        { Amounts, sum => sum },
        { Column.Int64("UnpricedTokens"), sum => sum.UnpricedTokens },
        { Column.Int64("AssumedCostBillionUsd"), sum => sum.AssumedCost.BillionUsd },
        { Column.Int64("AssumedCostNanoUsd"), sum => sum.AssumedCost.RestNanoUsd },
        { Column.Int32("Sessions"), sum => sum.Sessions },
    };

    /// <summary>The key of a rollup.</summary>
    public static readonly RowBinding<UsageRollupKey> Key = new()
    {
        { TeamId, bucket => bucket.TeamId },
        { QuarterAt, bucket => bucket.QuarterAt },
        { SessionId, bucket => bucket.SessionId },
        { Model, bucket => bucket.Model },
        { LabelSetId, bucket => bucket.LabelSetId },
    };

    private static readonly RowBinding<KeyValuePair<UsageRollupKey, UsageSum>> New = new()
    {
        { Key, rollup => rollup.Key },
        { AllAmounts, rollup => rollup.Value },
        {
            "IsSummarised", "SummarisedInputTokens", "SummarisedOutputTokens", "SummarisedCacheReadTokens", "SummarisedCacheWriteTokens",
            "SummarisedUnpricedTokens", "SummarisedCostBillionUsd", "SummarisedCostNanoUsd", "SummarisedImputedCostBillionUsd",
            "SummarisedImputedCostNanoUsd", "SummarisedAssumedCostBillionUsd", "SummarisedAssumedCostNanoUsd", "SummarisedSessions"
        },
    };

    public static readonly string IsKey = $"{TeamId.Equality} AND {QuarterAt.Equality} AND {SessionId.Equality} AND {Model.Equality} AND {LabelSetId.Equality}";

    /// <summary>Adds a sum to the rollup with its key, or inserts it.</summary>
    public static readonly RowStatement<KeyValuePair<UsageRollupKey, UsageSum>> Add = RowStatement<KeyValuePair<UsageRollupKey, UsageSum>>.Upsert(
        "UsageRollups", TotalSql.AddAll + ", IsSummarised = 0", IsKey, New);
}
