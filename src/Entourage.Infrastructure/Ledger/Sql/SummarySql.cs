using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The cost summaries.</summary>
internal static class SummarySql
{
    /// <summary>How many rollups are summarised at once, few enough that usages barely wait for the transaction.</summary>
    public const int BatchSize = 500;

    // The amounts of a rollup, each with a column for the part that the summaries have.
    private static readonly string[] Summarised =
    [
        "InputTokens", "OutputTokens", "CacheReadTokens", "CacheWriteTokens", "UnpricedTokens", "CostBillionUsd", "CostNanoUsd",
        "ImputedCostBillionUsd", "ImputedCostNanoUsd", "AssumedCostBillionUsd", "AssumedCostNanoUsd", "Sessions",
    ];

    private static readonly Column<Guid> SubjectId = Column.Id("SubjectId");
    private static readonly Column<byte> Heading = Column.Byte("Heading");
    private static readonly Column<DateOnly> Day = Column.Day("Day");
    private static readonly Column<string> Item = Column.Text("Item", CostSummary.ItemLength);

    private static readonly RowBinding<KeyValuePair<CostSummaryKey, UsageSum>> New = new()
    {
        { SubjectId, summary => summary.Key.SubjectId },
        { Heading, summary => (byte)summary.Key.Heading },
        { Day, summary => summary.Key.Day },
        { Item, summary => summary.Key.Item },
        { RollupSql.AllAmounts, summary => summary.Value },
    };

    private static readonly SelectList List = new();
    private static readonly Fields Row = new(List);

    /// <summary>The rollups of an organisation that the summaries lack. To be preceded by <c>SELECT</c> and limited to <see cref="BatchSize"/>.</summary>
    public static readonly string Unsummarised =
        $"{List} FROM Teams t JOIN UsageRollups r ON r.TeamId = t.Id AND r.IsSummarised = 0 JOIN Sessions s ON s.Id = r.SessionId "
        + "WHERE t.OrganisationId = @organisation";

    public static readonly RowStatement<UsageRollupKey> MarkSummarised = RowStatement<UsageRollupKey>.Update(
        "UsageRollups",
        $"IsSummarised = 1, {string.Join(", ", Summarised.Select(column => $"Summarised{column} = {column}"))}",
        RollupSql.IsKey,
        RollupSql.Key);

    /// <summary>Adds a sum to the summary with its key, or inserts it.</summary>
    public static readonly RowStatement<KeyValuePair<CostSummaryKey, UsageSum>> Add = RowStatement<KeyValuePair<CostSummaryKey, UsageSum>>.Upsert(
        "CostSummaries",
        TotalSql.AddAll,
        $"{SubjectId.Equality} AND {Heading.Equality} AND {Day.Equality} AND {Item.Equality}",
        New);

    public static UnsummarisedRollup ReadUnsummarised(SqlRow row) => Row.Read(row);

    private sealed class Fields(SelectList list)
    {
        private readonly Field<Guid> teamId = list.Add("r", Column.Id("TeamId"));
        private readonly Field<DateTimeOffset> quarterAt = list.Add("r", Column.Instant("QuarterAt"));
        private readonly Field<long> sessionId = list.Add("r", Column.Int64("SessionId"));
        private readonly Field<string> model = list.Add("r", Column.Text("Model", Column.Unlimited));
        private readonly Field<long> labelSetId = list.Add("r", Column.Int64("LabelSetId"));
        private readonly Field<Guid> organisationId = list.Add("t", Column.Id("OrganisationId"));
        private readonly Field<string> timezone = list.Add("t", Column.Text("Timezone", Column.Unlimited));
        private readonly Field<Guid> agentId = list.Add("s", Column.Id("AgentId"));
        private readonly Field<long?> taskId = list.Add("s", Column.OptionalInt64("TaskId"));
        private readonly Field<long> inputTokens = Missing(list, "InputTokens");
        private readonly Field<long> outputTokens = Missing(list, "OutputTokens");
        private readonly Field<long> cacheReadTokens = Missing(list, "CacheReadTokens");
        private readonly Field<long> cacheWriteTokens = Missing(list, "CacheWriteTokens");
        private readonly Field<long> unpricedTokens = Missing(list, "UnpricedTokens");
        private readonly Field<long> costBillions = Missing(list, "CostBillionUsd");
        private readonly Field<long> costRest = Missing(list, "CostNanoUsd");
        private readonly Field<long> imputedCostBillions = Missing(list, "ImputedCostBillionUsd");
        private readonly Field<long> imputedCostRest = Missing(list, "ImputedCostNanoUsd");
        private readonly Field<long> assumedCostBillions = Missing(list, "AssumedCostBillionUsd");
        private readonly Field<long> assumedCostRest = Missing(list, "AssumedCostNanoUsd");
        private readonly Field<int> sessions = list.Add("r.Sessions - r.SummarisedSessions", static (row, i) => row.Int32(i));

        public UnsummarisedRollup Read(SqlRow row)
        {
            var bucket = new UsageRollupKey(teamId.Of(row), quarterAt.Of(row), sessionId.Of(row), model.Of(row), labelSetId.Of(row));
            var origin = new CostOrigin(
                organisationId.Of(row),
                bucket.TeamId,
                BudgetCalendar.Of(timezone.Of(row)),
                agentId.Of(row),
                taskId.Of(row),
                bucket.Model,
                bucket.QuarterAt);
            var sum = new UsageSum(
                new(inputTokens.Of(row), outputTokens.Of(row), cacheReadTokens.Of(row), cacheWriteTokens.Of(row)),
                unpricedTokens.Of(row),
                MoneyTotal.Of(costBillions.Of(row), costRest.Of(row)),
                MoneyTotal.Of(imputedCostBillions.Of(row), imputedCostRest.Of(row)),
                sessions.Of(row))
            {
                AssumedCost = MoneyTotal.Of(assumedCostBillions.Of(row), assumedCostRest.Of(row)),
            };
            return new(bucket, origin, sum);
        }

        // The part of an amount that the summaries lack.
        private static Field<long> Missing(SelectList list, string column) =>
            list.Add($"r.{column} - r.Summarised{column}", static (row, i) => row.Int64(i));
    }
}
