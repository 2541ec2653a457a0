using Entourage.Application.Ledger;
using Entourage.Domain.Sessions;
using Entourage.Domain;

namespace Entourage.Infrastructure.Ledger;

/// <summary>The statements on records of usage, and how their rows are read; see <see cref="LedgerSql"/>.</summary>
internal static class LedgerUsageSql
{
    public const string SelectRecorded = "SELECT 1 FROM UsageRecords WHERE SessionId = @session AND Id = @id";

    /// <summary>A usage of a session, by its id, the newest first: what is asked for came just before. Wants a limit of one row after it.</summary>
    public const string SelectRecordedUsage = SelectUsage + "u.SessionId = @session AND u.Id = @id ORDER BY u.Sequence DESC ";

    /// <summary>The record that corrects another.</summary>
    public const string SelectCorrection = SelectUsage + "u.Corrects = @sequence";

    private const string SelectUsage =
        "SELECT u.Sequence, u.Id, u.SessionId, u.OccurredAt, u.Model, u.InputTokens, u.OutputTokens, u.CacheReadTokens, u.CacheWriteTokens, "
        + "u.LongCacheWriteTokens, u.IsBatch, u.IsSum, u.Billing, u.UnpricedTokens, u.Cost, u.AssumedCost, u.CostSource FROM UsageRecords u WHERE ";

    /// <summary>Wants a comparison of the sequence after it.</summary>
    public const string SelectUnpriced =
        "SELECT u.Sequence, u.SessionId, u.OccurredAt, u.Model, u.InputTokens, u.OutputTokens, u.CacheReadTokens, u.CacheWriteTokens, "
        + "u.LongCacheWriteTokens, u.IsBatch, u.IsSum, u.Billing, u.UnpricedTokens, u.Cost, u.AssumedCost FROM UsageRecords u WHERE u.CostSource IN (2, 5) "
        + "AND NOT EXISTS (SELECT 1 FROM UsageRecords c WHERE c.Corrects = u.Sequence) AND u.Sequence ";

    public const string InsertRecord =
        "INSERT INTO UsageRecords (Id, SessionId, OccurredAt, RecordedAt, Model, InputTokens, OutputTokens, CacheReadTokens, "
        + "CacheWriteTokens, LongCacheWriteTokens, IsBatch, IsSum, IsTimeOfReceipt, UnpricedTokens, Corrects, PriceId, InputCost, OutputCost, CacheReadCost, "
        + "CacheWriteCost, Cost, AssumedCost, IsEstimated, CostSource, Billing, Error, ReservationId, Overrun) VALUES (@id, @session, @occurred, @recorded, @model, "
        + "@input, @output, @cacheRead, @cacheWrite, @longCacheWrite, @batch, @sum, @receipt, @unpriced, @corrects, @price, @inputCost, @outputCost, "
        + "@cacheReadCost, @cacheWriteCost, @cost, @assumed, @estimated, @source, @billing, @error, @reservation, @overrun)";

    public static LedgerUnpriced ReadUnpriced(LedgerRow row)
    {
        var (sequence, sessionId, occurredAt, model) = (row.Int64(), row.Int64(), row.Instant()!.Value, row.Text()!);
        var counts = new TokenCounts(row.Int64(), row.Int64(), row.Int64(), row.Int64());
        return new(
            sequence,
            sessionId,
            occurredAt,
            model,
            new(counts, row.Int64(), row.Flag(), row.Flag()),
            (Billing)row.Byte(),
            row.Int64(),
            row.Amount()!.Value,
            row.Amount()!.Value);
    }

    public static LedgerRecorded ReadRecorded(LedgerRow row)
    {
        var (sequence, id, sessionId, occurredAt, model) = (row.Int64(), row.Id(), row.Int64(), row.Instant()!.Value, row.Text()!);
        var counts = new TokenCounts(row.Int64(), row.Int64(), row.Int64(), row.Int64());
        return new(
            sequence,
            id,
            sessionId,
            occurredAt,
            model,
            new(counts, row.Int64(), row.Flag(), row.Flag()),
            (Billing)row.Byte(),
            row.Int64(),
            row.Amount()!.Value,
            row.Amount()!.Value,
            (CostSource)row.Byte());
    }
}
