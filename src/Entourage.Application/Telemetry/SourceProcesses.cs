using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Domain.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Telemetry;

/// <summary>
/// Decides what of a process that sends both single calls and running sums is counted, and remembers it before it is counted: so every
/// replica and every retry decides the same.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="time">The clock.</param>
public sealed class SourceProcesses(IEntourageDb db, TimeProvider time)
{
    /// <summary>What was taken from a process's running totals and is perhaps not in the ledger yet; empty for nothing.</summary>
    internal async Task<string> FindPendingAsync(byte[] keyHash, CancellationToken cancellationToken) =>
        await db.SourceProcesses.AsNoTracking().Where(process => process.KeyHash == keyHash).Select(process => process.Pending)
            .SingleOrDefaultAsync(cancellationToken) ?? "";

    /// <summary>Takes from a process what is to be counted: calls that no sum has counted, and sums of which no call has been counted.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="keyHash">The process's key.</param>
    /// <param name="calls">Its calls.</param>
    /// <param name="sums">Its sums.</param>
    /// <param name="written">What was taken before and is in the ledger.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is to be counted; null when something else was taken meanwhile, and must be written first.</returns>
    internal Task<TakenUsages?> TakeAsync(
        Guid agentId,
        byte[] keyHash,
        IReadOnlyList<SourceUsage> calls,
        IReadOnlyList<SourceSums> sums,
        string written,
        CancellationToken cancellationToken) =>
        db.InTransactionAsync<TakenUsages?>(
            async inTransaction =>
            {
                var organisationId = await db.Agents.Where(agent => agent.Id == agentId)
                    .Join(db.Teams, agent => agent.TeamId, team => team.Id, (_, team) => team.OrganisationId)
                    .SingleAsync(inTransaction);
                await db.HoldOrganisationAsync(organisationId, inTransaction);
                var process = await db.SourceProcesses.SingleOrDefaultAsync(process => process.KeyHash == keyHash, inTransaction);
                if (process is null)
                {
                    process = SourceProcess.Begin(keyHash);
                    db.SourceProcesses.Add(process);
                }

                if (sums.Count > 0 && process.Pending.Length > 0 && process.Pending != written)
                {
                    return null;
                }

                var taken = Take(process, calls, sums);
                await db.SaveChangesAsync(inTransaction);
                return taken;
            },
            cancellationToken);

    /// <summary>Notes that what was taken from a process's running totals is in the ledger.</summary>
    internal Task<int> SettleAsync(byte[] keyHash, string pending, CancellationToken cancellationToken) => db.InTransactionAsync(
        inTransaction => db.SourceProcesses
            .Where(process => process.KeyHash == keyHash && process.Pending == pending)
            .ExecuteUpdateAsync(row => row.SetProperty(process => process.Pending, ""), inTransaction),
        cancellationToken);

    /// <summary>The usages of a text of pending ones.</summary>
    internal static IReadOnlyList<SumUsage> ReadPending(string pending) => Read<List<SumUsage>>(pending);

    private TakenUsages Take(SourceProcess process, IReadOnlyList<SourceUsage> calls, IReadOnlyList<SourceSums> sums)
    {
        var now = time.GetUtcNow();
        var coverage = SourceCoverage.Parse(process.Coverage);
        var takenCalls = calls.Where(call => coverage.TakeCall(call.At ?? now)).ToArray();
        var deltas = sums.Select(SumUsages.OfDeltas).OfType<SumUsage>().Where(coverage.Take).ToArray();
        SumUsage[] totals = [];
        var refused = 0;
        if (sums.Any(sum => sum.Points.Any(point => point.IsCumulative)))
        {
            var marks = Read<Dictionary<string, TotalMark>>(process.Totals);
            totals = [.. sums.Select(sum => SumUsages.OfTotals(sum, marks, ref refused)).OfType<SumUsage>().Where(coverage.Take)];
            process.Advance(JsonSerializer.Serialize(SumUsages.Kept(marks, now)), Write(totals));
        }

        process.Cover(coverage);
        return new(takenCalls, [.. deltas, .. totals], Write(totals), refused);
    }

    private static string Write(SumUsage[] usages) => usages.Length == 0 ? "" : JsonSerializer.Serialize(usages);

    private static T Read<T>(string json)
        where T : new() => json.Length == 0 ? new() : JsonSerializer.Deserialize<T>(json)!;
}

/// <summary>What of a process is to be counted now.</summary>
/// <param name="Calls">Calls.</param>
/// <param name="Sums">Sums.</param>
/// <param name="Pending">Those of the sums that are of running totals, as it remembers them.</param>
/// <param name="Refused">How many running totals are too many to remember.</param>
internal sealed record TakenUsages(IReadOnlyList<SourceUsage> Calls, IReadOnlyList<SumUsage> Sums, string Pending, int Refused);
