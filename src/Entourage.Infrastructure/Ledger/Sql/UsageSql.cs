using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The usage records.</summary>
internal static class UsageSql
{
    private static readonly Column<Guid> Id = Column.Id("Id");
    private static readonly Column<long> SessionId = Column.Int64("SessionId");
    private static readonly Column<DateTimeOffset> OccurredAt = Column.Instant("OccurredAt");
    private static readonly Column<string> Model = Column.Text("Model", Agent.ModelLength);
    private static readonly Column<LabelSet> Labels = Column.Labels();
    private static readonly Column<long> InputTokens = Column.Int64("InputTokens");
    private static readonly Column<long> OutputTokens = Column.Int64("OutputTokens");
    private static readonly Column<long> CacheReadTokens = Column.Int64("CacheReadTokens");
    private static readonly Column<long> CacheWriteTokens = Column.Int64("CacheWriteTokens");
    private static readonly Column<long> LongCacheWriteTokens = Column.Int64("LongCacheWriteTokens");
    private static readonly Column<bool> IsBatch = Column.Flag("IsBatch");
    private static readonly Column<bool> IsSum = Column.Flag("IsSum");
    private static readonly Column<long> UnpricedTokens = Column.Int64("UnpricedTokens");
    private static readonly Column<Money> Cost = Column.Amount("Cost");
    private static readonly Column<Money> AssumedCost = Column.Amount("AssumedCost");
    private static readonly Column<byte> CostSourceNumber = Column.Byte("CostSource");
    private static readonly Column<byte> BillingNumber = Column.Byte("Billing");

    private static readonly SelectList List = new();
    private static readonly Fields Row = new(List);

    private static readonly RowBinding<LedgerRecord> New = new()
    {
        { Id, record => record.Entry.RecordId },
        { SessionId, record => record.Entry.SessionId },
        { OccurredAt, record => record.Entry.OccurredAt },
        { Column.Instant("RecordedAt"), record => record.Entry.Now },
        { Model, record => record.Model },
        { Labels, record => record.Entry.Labels },
        { InputTokens, record => record.Entry.Tokens.Counts.Input },
        { OutputTokens, record => record.Entry.Tokens.Counts.Output },
        { CacheReadTokens, record => record.Entry.Tokens.Counts.CacheRead },
        { CacheWriteTokens, record => record.Entry.Tokens.Counts.CacheWrite },
        { LongCacheWriteTokens, record => record.Entry.Tokens.LongCacheWrite },
        { IsBatch, record => record.Entry.Tokens.IsBatch },
        { IsSum, record => record.Entry.Tokens.IsSum },
        { Column.Flag("IsTimeOfReceipt"), record => record.Entry.Telemetry?.ReportedAt is not null },
        { UnpricedTokens, record => record.UnpricedTokens },
        { Column.OptionalInt64("Corrects"), record => record.Corrects },
        { Column.OptionalInt64("PriceId"), record => record.Price?.PriceId },
        { Column.OptionalAmount("InputCost"), record => record.Price?.Parts.Input },
        { Column.OptionalAmount("OutputCost"), record => record.Price?.Parts.Output },
        { Column.OptionalAmount("CacheReadCost"), record => record.Price?.Parts.CacheRead },
        { Column.OptionalAmount("CacheWriteCost"), record => record.Price?.Parts.CacheWrite },
        { Cost, record => record.Cost },
        { AssumedCost, record => record.AssumedCost },
        { Column.Flag("IsEstimated"), record => record.IsEstimated },
        { CostSourceNumber, record => (byte)record.CostSource },
        { BillingNumber, record => (byte)record.Entry.Billing },
        { Column.OptionalText("Error", Session.ErrorLength), record => record.Entry.Error },
        { Column.OptionalId("ReservationId"), record => record.Entry.ReservationId },
        { Column.OptionalText("RequestedModel", Agent.ModelLength), record => record.Entry.Call?.RequestedModel },
        { Column.Flag("IsOutputLimitLowered"), record => record.Entry.Call is { IsOutputLimitLowered: true } },
        { Column.OptionalText("ProviderResponseId", UsageRecord.ResponseIdLength), record => record.Entry.Call?.ResponseId },
        { Column.Amount("Overrun"), record => record.Overrun },
    };

    /// <summary>A usage of a session by its id, newest first because callers ask for recent ones. To be followed by a limit of one row.</summary>
    public static readonly string SelectById = $"SELECT {List} FROM UsageRecords u WHERE u.SessionId = @session AND u.Id = @id ORDER BY u.Sequence DESC ";

    /// <summary>The record that corrects another.</summary>
    public static readonly string SelectCorrection = $"SELECT {List} FROM UsageRecords u WHERE u.Corrects = @sequence";

    /// <summary>The records that wait for a price. To be followed by a comparison of the sequence.</summary>
    public static readonly string SelectUnpriced =
        $"SELECT {List} FROM UsageRecords u WHERE u.CostSource IN (2, 5) "
        + "AND NOT EXISTS (SELECT 1 FROM UsageRecords c WHERE c.Corrects = u.Sequence) AND u.Sequence ";

    public static readonly RowStatement<LedgerRecord> Insert = RowStatement<LedgerRecord>.Insert("UsageRecords", New);

    public static RecordedUsage ReadRecorded(SqlRow row) => Row.Read(row);

    public static UnpricedRecord ReadUnpriced(SqlRow row) => Row.ReadUnpriced(row);

    private sealed class Fields(SelectList list)
    {
        private readonly Field<long> sequence = list.Add("u", Column.Int64("Sequence"));
        private readonly Field<Guid> id = list.Add("u", Id);
        private readonly Field<long> sessionId = list.Add("u", SessionId);
        private readonly Field<DateTimeOffset> occurredAt = list.Add("u", OccurredAt);
        private readonly Field<string> model = list.Add("u", Model);
        private readonly Field<LabelSet> labels = list.Add("u", Labels);
        private readonly Field<long> inputTokens = list.Add("u", InputTokens);
        private readonly Field<long> outputTokens = list.Add("u", OutputTokens);
        private readonly Field<long> cacheReadTokens = list.Add("u", CacheReadTokens);
        private readonly Field<long> cacheWriteTokens = list.Add("u", CacheWriteTokens);
        private readonly Field<long> longCacheWriteTokens = list.Add("u", LongCacheWriteTokens);
        private readonly Field<bool> isBatch = list.Add("u", IsBatch);
        private readonly Field<bool> isSum = list.Add("u", IsSum);
        private readonly Field<byte> billing = list.Add("u", BillingNumber);
        private readonly Field<long> unpricedTokens = list.Add("u", UnpricedTokens);
        private readonly Field<Money> cost = list.Add("u", Cost);
        private readonly Field<Money> assumedCost = list.Add("u", AssumedCost);
        private readonly Field<byte> costSource = list.Add("u", CostSourceNumber);

        public RecordedUsage Read(SqlRow row) => new(
            sequence.Of(row),
            id.Of(row),
            sessionId.Of(row),
            occurredAt.Of(row),
            model.Of(row),
            labels.Of(row),
            ReadTokens(row),
            (Billing)billing.Of(row),
            unpricedTokens.Of(row),
            cost.Of(row),
            assumedCost.Of(row),
            (CostSource)costSource.Of(row));

        public UnpricedRecord ReadUnpriced(SqlRow row) => new(
            sequence.Of(row),
            sessionId.Of(row),
            occurredAt.Of(row),
            model.Of(row),
            labels.Of(row),
            ReadTokens(row),
            (Billing)billing.Of(row),
            unpricedTokens.Of(row),
            cost.Of(row),
            assumedCost.Of(row));

        private BilledTokens ReadTokens(SqlRow row) => new(
            new(inputTokens.Of(row), outputTokens.Of(row), cacheReadTokens.Of(row), cacheWriteTokens.Of(row)),
            longCacheWriteTokens.Of(row),
            isBatch.Of(row),
            isSum.Of(row));
    }
}
