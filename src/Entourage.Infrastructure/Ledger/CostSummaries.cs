using Entourage.Application.Ledger;
using Entourage.Domain.Costs;
using Entourage.Infrastructure.Ledger.Sql;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Moves what the rollups have gained into the cost summaries. Until then reports add it to these themselves, so nothing waits for
/// this and nothing is wrong without it: it only keeps reports fast.
/// </summary>
internal sealed class CostSummaries(ILedgerTransactions store)
{
    /// <summary>Summarises what there is of an organisation. Replicas may do so at once: each piece is moved by one of them.</summary>
    public async Task SummariseAsync(Guid organisationId, CancellationToken cancellationToken)
    {
        for (var moved = SummarySql.BatchSize; moved == SummarySql.BatchSize; cancellationToken.ThrowIfCancellationRequested())
        {
            await store.WriteAsync(async writes => moved = await MoveAsync(organisationId, writes), cancellationToken);
        }
    }

    private static async Task<int> MoveAsync(Guid organisationId, ILedgerStore writes)
    {
        await writes.LockAsync([], [organisationId]);
        var rollups = await writes.FindUnsummarisedAsync(organisationId);
        var sums = new CostSummarySums();
        foreach (var rollup in rollups)
        {
            sums.AddToTeam(rollup.Origin, rollup.Sum);
            sums.AddToOrganisation(rollup.Origin, rollup.Sum);
        }

        await writes.SummariseAsync(sums.Sums, [.. rollups.Select(rollup => rollup.Bucket)]);
        return rollups.Count;
    }
}
