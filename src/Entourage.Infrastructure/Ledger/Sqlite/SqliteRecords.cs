using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Costs;
using Entourage.Infrastructure.Ledger.Sql;

namespace Entourage.Infrastructure.Ledger.Sqlite;

/// <content>Finds recorded usages, stored answers and alerts, and summarises costs.</content>
internal sealed partial class SqliteLedger
{
    private static readonly string SelectAnswer = AnswerSql.Select + "= @key";
    private static readonly string SelectAlertKey = $"SELECT {AlertSql.KeyColumns} FROM Alerts WHERE {AlertSql.IsKey}";
    private static readonly string SelectUsage = UsageSql.SelectById + "LIMIT 1";
    private static readonly string SelectUnpriced = UsageSql.SelectUnpriced + "= @sequence";
    private static readonly string SelectLabels = $"SELECT {LabelSql.Columns} FROM LabelSets WHERE {LabelSql.IsOfSet}";
    private static readonly string SelectUnsummarised = $"SELECT {SummarySql.Unsummarised} LIMIT {SummarySql.BatchSize}";

    public Task<IReadOnlyList<UnpricedRecord>> FindUnpricedAsync(IReadOnlyCollection<long> sequences) =>
        ReadEach(sequences, sequence => Prepare(SelectUnpriced).Bind("@sequence", sequence), UsageSql.ReadUnpriced);

    public Task<RecordedUsage?> FindRecordedAsync(long sessionId, Guid recordId)
    {
        var found = Prepare(SelectUsage).Bind("@session", sessionId).Bind("@id", recordId).ReadFirst(UsageSql.ReadRecorded);
        while (found is not null
            && Prepare(UsageSql.SelectCorrection).Bind("@sequence", found.Sequence).ReadFirst(UsageSql.ReadRecorded) is { } correction)
        {
            found = found.With(correction);
        }

        return Task.FromResult(found);
    }

    public Task<IReadOnlyDictionary<string, IdempotentAnswer>> FindAnswersAsync(IReadOnlyCollection<byte[]> keyHashes)
    {
        var answers = new Dictionary<string, IdempotentAnswer>(StringComparer.Ordinal);
        foreach (var hash in keyHashes)
        {
            if (Prepare(SelectAnswer).Bind("@key", hash).ReadFirst(AnswerSql.Read) is { } answer)
            {
                answers.Add(Convert.ToHexString(hash), answer);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<string, IdempotentAnswer>>(answers);
    }

    public Task<IReadOnlySet<AlertKey>> FindAlertsAsync(IReadOnlyCollection<AlertKey> keys)
    {
        var found = new List<AlertKey>();
        foreach (var key in keys)
        {
            Prepare(SelectAlertKey, AlertSql.Key, key).ReadAll(AlertSql.ReadKey, found);
        }

        return Task.FromResult<IReadOnlySet<AlertKey>>(found.ToHashSet());
    }

    public Task<MoneyTotal> CostInAsync(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until) => Task.FromResult(
        Prepare(AgentCostSql.Select)
            .Bind("@team", teamId).Bind("@agent", agentId).Bind("@from", from).Bind("@until", until)
            .ReadFirst(AgentCostSql.Read)!.Cost);

    public Task<IReadOnlyList<UnsummarisedRollup>> FindUnsummarisedAsync(Guid organisationId) =>
        Read(Prepare(SelectUnsummarised).Bind("@organisation", organisationId), SummarySql.ReadUnsummarised);

    public Task<IReadOnlyList<StoredLabel>> FindLabelsAsync(IReadOnlyCollection<LabelSetKey> sets) =>
        ReadEach(sets, set => Prepare(SelectLabels, LabelSql.Set, set), LabelSql.Read);

    public Task SummariseAsync(IReadOnlyDictionary<CostSummaryKey, UsageSum> sums, IReadOnlyCollection<UsageRollupKey> rollups)
    {
        WriteEach(SummarySql.Add, sums);
        WriteEach(SummarySql.MarkSummarised, rollups);
        return Task.CompletedTask;
    }
}
