using Entourage.Application.Ledger;
using Entourage.Domain.Costs;
using Entourage.Infrastructure.Ledger.Sql;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Adds the new amounts of the rollups to the cost summaries. Reports add the missing amounts themselves until this has run, so it only
/// affects their speed.
/// </summary>
internal sealed class CostSummaries(ILedgerTransactions store)
{
    /// <summary>Summarises the rollups of an organisation. Several replicas may do so concurrently; each rollup is summarised by one of them.</summary>
    public async Task SummariseAsync(Guid organisationId, CancellationToken cancellationToken)
    {
        for (var count = SummarySql.BatchSize; count == SummarySql.BatchSize; cancellationToken.ThrowIfCancellationRequested())
        {
            await store.WriteAsync(new([organisationId]), async writes => count = await SummariseBatchAsync(organisationId, writes), cancellationToken);
        }
    }

    private static async Task<int> SummariseBatchAsync(Guid organisationId, ILedgerStore writes)
    {
        await writes.LockAsync([], [organisationId]);
        var rollups = await writes.FindUnsummarisedAsync(organisationId);
        var sets = rollups.Select(rollup => new LabelSetKey(organisationId, rollup.Bucket.LabelSetId)).Where(set => set.Id != 0).Distinct().ToArray();
        var labels = (await writes.FindLabelsAsync(sets)).ToLookup(stored => stored.Set.Id, stored => stored.Label);
        var sums = new CostSummarySums();
        foreach (var rollup in rollups)
        {
            var origin = rollup.Origin with { Labels = [.. labels[rollup.Bucket.LabelSetId]] };
            sums.AddToTeam(origin, rollup.Sum);
            sums.AddToOrganisation(origin, rollup.Sum);
        }

        await writes.SummariseAsync(sums.Sums, [.. rollups.Select(rollup => rollup.Bucket)]);
        return rollups.Count;
    }
}
