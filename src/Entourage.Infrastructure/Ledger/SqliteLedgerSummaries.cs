using Entourage.Application.Ledger;
using Entourage.Domain.Costs;
using Entourage.Infrastructure.Persistence.Converters;

namespace Entourage.Infrastructure.Ledger;

/// <content>What keeps the cost summaries.</content>
internal sealed partial class SqliteLedger
{
    private static readonly string SelectUnsummarised = $"SELECT {SummarySql.Unsummarised} LIMIT {SummarySql.PieceSize}";
    private const string AddToSummary = SummarySql.InsertSummary + " ON CONFLICT DO UPDATE SET " + SummarySql.SummarySums;

    public Task<IReadOnlyList<LedgerUnsummarised>> FindUnsummarisedAsync(Guid organisationId)
    {
        var found = new List<LedgerUnsummarised>();
        Prepare(SelectUnsummarised).Bind("@organisation", organisationId).ReadAll(SummarySql.ReadUnsummarised, found);
        return Task.FromResult<IReadOnlyList<LedgerUnsummarised>>(found);
    }

    public Task SummariseAsync(IReadOnlyDictionary<CostSummaryKey, UsageSum> sums, IReadOnlyCollection<LedgerBucket> rollups)
    {
        foreach (var (key, sum) in sums)
        {
            BindRollup(Prepare(AddToSummary), sum)
                .Bind("@subject", key.SubjectId)
                .Bind("@heading", (long)key.Heading)
                .Bind("@day", DayConverter.ToNumber(key.Day))
                .Bind("@item", key.Item)
                .Bind("@sessions", sum.Sessions)
                .Write();
        }

        foreach (var bucket in rollups)
        {
            Bind(Prepare(SummarySql.MarkSummarised), bucket).Write();
        }

        return Task.CompletedTask;
    }
}
