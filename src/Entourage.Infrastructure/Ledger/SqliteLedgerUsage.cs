using Entourage.Application.Ledger;

namespace Entourage.Infrastructure.Ledger;

/// <summary>The records of usage.</summary>
internal sealed partial class SqliteLedger
{
    public Task<IReadOnlyList<LedgerUnpriced>> FindUnpricedAsync(IReadOnlyCollection<long> sequences)
    {
        var found = new List<LedgerUnpriced>(sequences.Count);
        foreach (var sequence in sequences)
        {
            Prepare(LedgerUsageSql.SelectUnpriced + "= @sequence").Bind("@sequence", sequence).ReadAll(LedgerUsageSql.ReadUnpriced, found);
        }

        return Task.FromResult<IReadOnlyList<LedgerUnpriced>>(found);
    }

    public Task<LedgerRecorded?> FindRecordedAsync(long sessionId, Guid recordId)
    {
        var found = Prepare(LedgerUsageSql.SelectRecordedUsage + "LIMIT 1").Bind("@session", sessionId).Bind("@id", recordId).ReadFirst(LedgerUsageSql.ReadRecorded);
        while (found is not null
            && Prepare(LedgerUsageSql.SelectCorrection).Bind("@sequence", found.Sequence).ReadFirst(LedgerUsageSql.ReadRecorded) is { } correction)
        {
            found = found.With(correction);
        }

        return Task.FromResult(found);
    }

    private void Write(LedgerRecord record)
    {
        var (entry, tokens, parts) = (record.Entry, record.Entry.Tokens.Counts, record.Price?.Parts);
        Prepare(LedgerUsageSql.InsertRecord)
            .Bind("@id", entry.RecordId)
            .Bind("@session", entry.SessionId)
            .Bind("@occurred", entry.OccurredAt)
            .Bind("@recorded", entry.Now)
            .Bind("@model", record.Model)
            .Bind("@input", tokens.Input)
            .Bind("@output", tokens.Output)
            .Bind("@cacheRead", tokens.CacheRead)
            .Bind("@cacheWrite", tokens.CacheWrite)
            .Bind("@longCacheWrite", entry.Tokens.LongCacheWrite)
            .Bind("@batch", entry.Tokens.IsBatch ? 1 : 0)
            .Bind("@sum", entry.Tokens.IsSum ? 1 : 0)
            .Bind("@receipt", entry.Telemetry?.ToldAt is null ? 0 : 1)
            .Bind("@unpriced", record.UnpricedTokens)
            .Bind("@corrects", record.Corrects)
            .Bind("@price", record.Price?.PriceId)
            .Bind("@inputCost", parts?.Input.NanoUsd)
            .Bind("@outputCost", parts?.Output.NanoUsd)
            .Bind("@cacheReadCost", parts?.CacheRead.NanoUsd)
            .Bind("@cacheWriteCost", parts?.CacheWrite.NanoUsd)
            .Bind("@cost", record.Cost.NanoUsd)
            .Bind("@assumed", record.AssumedCost.NanoUsd)
            .Bind("@estimated", record.IsEstimated ? 1 : 0)
            .Bind("@source", (long)record.CostSource)
            .Bind("@billing", (long)entry.Billing)
            .Bind("@error", entry.Error)
            .Bind("@reservation", entry.ReservationId)
            .Bind("@overrun", record.Overrun.NanoUsd)
            .Write();
    }
}
