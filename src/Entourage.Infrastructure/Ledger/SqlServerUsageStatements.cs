using System.Data;
using Entourage.Application.Ledger;
using Entourage.Domain.Agents;
using Entourage.Domain.Sessions;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger;

/// <summary>The records of usage.</summary>
internal static partial class SqlServerStatements
{
    public static SqlCommand SelectUnpriced(IReadOnlyCollection<long> sequences) => Repeat(
        LedgerUsageSql.SelectUnpriced + "IN (", sequences, "@sequence", ", ", ")", (row, sequence) => row.Add("@sequence", SqlDbType.BigInt, sequence));

    public static SqlCommand SelectRecorded(long sessionId, Guid recordId) => Single(LedgerUsageSql.SelectRecorded, row =>
    {
        row.Add("@session", SqlDbType.BigInt, sessionId);
        row.Add("@id", SqlDbType.UniqueIdentifier, recordId);
    });

    public static SqlCommand SelectRecordedUsage(long sessionId, Guid recordId) => Single(
        LedgerUsageSql.SelectRecordedUsage + "OFFSET 0 ROWS FETCH FIRST 1 ROW ONLY", row =>
        {
            row.Add("@session", SqlDbType.BigInt, sessionId);
            row.Add("@id", SqlDbType.UniqueIdentifier, recordId);
        });

    public static SqlCommand SelectCorrection(long sequence) => Single(LedgerUsageSql.SelectCorrection, row => row.Add("@sequence", SqlDbType.BigInt, sequence));

    public static SqlCommand InsertRecords(IReadOnlyCollection<LedgerRecord> records) => Repeat(
        LedgerUsageSql.InsertRecord, records, (row, record) =>
        {
            var entry = record.Entry;
            row.Add("@id", SqlDbType.UniqueIdentifier, entry.RecordId);
            row.Add("@occurred", SqlDbType.DateTimeOffset, entry.OccurredAt);
            row.Add("@recorded", SqlDbType.DateTimeOffset, entry.Now);
            row.Add("@model", SqlDbType.NVarChar, record.Model, Agent.ModelLength);
            row.Add("@cost", SqlDbType.BigInt, record.Cost.NanoUsd);
            row.Add("@assumed", SqlDbType.BigInt, record.AssumedCost.NanoUsd);
            row.Add("@estimated", SqlDbType.Bit, record.IsEstimated);
            row.Add("@source", SqlDbType.TinyInt, (byte)record.CostSource);
            row.Add("@billing", SqlDbType.TinyInt, (byte)entry.Billing);
            row.Add("@error", SqlDbType.NVarChar, entry.Error, Session.ErrorLength);
            row.Add("@reservation", SqlDbType.UniqueIdentifier, entry.ReservationId);
            row.Add("@overrun", SqlDbType.BigInt, record.Overrun.NanoUsd);
            row.Add("@longCacheWrite", SqlDbType.BigInt, entry.Tokens.LongCacheWrite);
            row.Add("@batch", SqlDbType.Bit, entry.Tokens.IsBatch);
            row.Add("@sum", SqlDbType.Bit, entry.Tokens.IsSum);
            row.Add("@receipt", SqlDbType.Bit, entry.Telemetry?.ToldAt is not null);
            row.Add("@unpriced", SqlDbType.BigInt, record.UnpricedTokens);
            row.Add("@corrects", SqlDbType.BigInt, record.Corrects);
            row.Add("@price", SqlDbType.BigInt, record.Price?.PriceId);
            row.Add("@inputCost", SqlDbType.BigInt, record.Price?.Parts.Input.NanoUsd);
            row.Add("@outputCost", SqlDbType.BigInt, record.Price?.Parts.Output.NanoUsd);
            row.Add("@cacheReadCost", SqlDbType.BigInt, record.Price?.Parts.CacheRead.NanoUsd);
            row.Add("@cacheWriteCost", SqlDbType.BigInt, record.Price?.Parts.CacheWrite.NanoUsd);
            BindSession(row, entry.SessionId);
            BindTokens(row, entry.Tokens.Counts);
        });
}
