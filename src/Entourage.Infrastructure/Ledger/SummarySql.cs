using Entourage.Application.Ledger;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain;

namespace Entourage.Infrastructure.Ledger;

/// <summary>The statements that keep the cost summaries, as both databases understand them.</summary>
internal static class SummarySql
{
    /// <summary>How many rollups are summarised at once: few enough that usages hardly wait for the transaction.</summary>
    public const int PieceSize = 500;

    /// <summary>The rollups of an organisation that the summaries lack something of. Wants to be selected, a piece of them.</summary>
    public const string Unsummarised =
        "r.TeamId, r.QuarterAt, r.SessionId, r.Model, t.OrganisationId, t.Timezone, s.AgentId, s.TaskId, "
        + "r.InputTokens - r.SummarisedInputTokens, r.OutputTokens - r.SummarisedOutputTokens, "
        + "r.CacheReadTokens - r.SummarisedCacheReadTokens, r.CacheWriteTokens - r.SummarisedCacheWriteTokens, "
        + "r.UnpricedTokens - r.SummarisedUnpricedTokens, r.CostBillionUsd - r.SummarisedCostBillionUsd, r.CostNanoUsd - r.SummarisedCostNanoUsd, "
        + "r.ImputedCostBillionUsd - r.SummarisedImputedCostBillionUsd, r.ImputedCostNanoUsd - r.SummarisedImputedCostNanoUsd, "
        + "r.Sessions - r.SummarisedSessions, "
        + "r.AssumedCostBillionUsd - r.SummarisedAssumedCostBillionUsd, r.AssumedCostNanoUsd - r.SummarisedAssumedCostNanoUsd "
        + "FROM Teams t JOIN UsageRollups r ON r.TeamId = t.Id AND r.IsSummarised = 0 JOIN Sessions s ON s.Id = r.SessionId "
        + "WHERE t.OrganisationId = @organisation";

    public const string MarkSummarised =
        "UPDATE UsageRollups SET IsSummarised = 1, SummarisedInputTokens = InputTokens, SummarisedOutputTokens = OutputTokens, "
        + "SummarisedCacheReadTokens = CacheReadTokens, SummarisedCacheWriteTokens = CacheWriteTokens, "
        + "SummarisedUnpricedTokens = UnpricedTokens, SummarisedCostBillionUsd = CostBillionUsd, SummarisedCostNanoUsd = CostNanoUsd, "
        + "SummarisedImputedCostBillionUsd = ImputedCostBillionUsd, SummarisedImputedCostNanoUsd = ImputedCostNanoUsd, "
        + "SummarisedAssumedCostBillionUsd = AssumedCostBillionUsd, SummarisedAssumedCostNanoUsd = AssumedCostNanoUsd, SummarisedSessions = Sessions "
        + "WHERE TeamId = @team AND QuarterAt = @quarter AND SessionId = @session AND Model = @model";

    public const string InsertSummary =
        "INSERT INTO CostSummaries (SubjectId, Heading, Day, Item, InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens, "
        + "UnpricedTokens, CostBillionUsd, CostNanoUsd, ImputedCostBillionUsd, ImputedCostNanoUsd, AssumedCostBillionUsd, AssumedCostNanoUsd, Sessions) VALUES (@subject, @heading, @day, @item, "
        + "@input, @output, @cacheRead, @cacheWrite, @unpriced, @costBillion, @cost, @imputedBillion, @imputed, @assumedBillion, @assumed, @sessions)";

    public const string SummarySums =
        TotalSql.AddTokens + ", " + TotalSql.AddUnpriced + ", " + TotalSql.AddCosts + ", Sessions = Sessions + @sessions";

    public static LedgerUnsummarised ReadUnsummarised(LedgerRow row)
    {
        var bucket = new LedgerBucket(row.Id(), row.Instant()!.Value, row.Int64(), row.Text()!);
        var origin = new CostOrigin(
            row.Id(), bucket.TeamId, BudgetCalendar.Of(row.Text()!), row.Id(), row.OptionalInt64(), bucket.Model, bucket.QuarterAt);
        var tokens = new TokenCounts(row.Int64(), row.Int64(), row.Int64(), row.Int64());

        // Members are read in the order of the columns.
        return new(bucket, origin, new(tokens, row.Int64(), row.Total(), row.Total(), row.Int32()) { AssumedCost = row.Total() });
    }
}
