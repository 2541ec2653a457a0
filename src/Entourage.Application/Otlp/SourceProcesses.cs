using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Otlp;
using Entourage.Domain.Prices;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Otlp;

/// <summary>
/// Decides which usage of a process that sends both single calls and running sums is counted. The decision is stored before the usage is counted, so
/// that every replica and every retry decides the same.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="time">The clock.</param>
internal sealed class SourceProcesses(IEntourageDb db, TimeProvider time)
{
    /// <summary>Returns the sums that were taken from a process but may not be in the ledger yet; empty for none.</summary>
    internal async Task<string> FindPendingAsync(byte[] keyHash, CancellationToken cancellationToken) =>
        await db.SourceProcesses.AsNoTracking().Where(process => process.KeyHash == keyHash).Select(process => process.Pending)
            .SingleOrDefaultAsync(cancellationToken) ?? "";

    /// <summary>Takes the usage to count from a process: calls that no sum has counted, and sums that no call has counted.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="keyHash">The process's key.</param>
    /// <param name="calls">The calls of the process.</param>
    /// <param name="sums">The running sums of the process.</param>
    /// <param name="written">Sums that were taken earlier and are in the ledger.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The usage to count; null if other sums were taken meanwhile, which must be written first.</returns>
    internal Task<CountableUsage?> TakeAsync(
        Guid agentId,
        byte[] keyHash,
        IReadOnlyList<SourceUsage> calls,
        IReadOnlyList<SourceSums> sums,
        string written,
        CancellationToken cancellationToken) =>
        db.InTransactionAsync<CountableUsage?>(
            async inTransaction =>
            {
                await db.LockOrganisationOfAgentAsync(agentId, inTransaction);
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

    /// <summary>Marks the sums taken from a process as written to the ledger.</summary>
    internal Task<int> SettleAsync(byte[] keyHash, string pending, CancellationToken cancellationToken) => db.InTransactionAsync(
        inTransaction => db.SourceProcesses
            .Where(process => process.KeyHash == keyHash && process.Pending == pending)
            .ExecuteUpdateAsync(row => row.SetProperty(process => process.Pending, ""), inTransaction),
        cancellationToken);

    /// <summary>Parses the stored pending sums.</summary>
    internal static IReadOnlyList<SumUsage> ReadPending(string pending) => Read<List<SumUsage>>(pending);

    private CountableUsage Take(SourceProcess process, IReadOnlyList<SourceUsage> calls, IReadOnlyList<SourceSums> sums)
    {
        var now = time.GetUtcNow();
        var coverage = SourceCoverage.Parse(process.Coverage);
        var models = new Dictionary<string, string>(StringComparer.Ordinal);
        var takenCalls = calls.Select(call => Take(coverage, call, NormalisedOf(call.Model ?? ""), now)).OfType<SourceUsage>().ToArray();
        var refused = 0;
        List<SumUsage> usages = [.. sums.Select(SumUsages.OfDeltas).OfType<SumUsage>()];
        if (sums.Any(sum => sum.Points.Any(point => point.IsCumulative)))
        {
            var counted = Read<Dictionary<string, CountedTotal>>(process.Totals);
            foreach (var sum in sums)
            {
                if (SumUsages.OfTotals(sum, counted, now, ref refused) is { } grown)
                {
                    usages.Add(grown);
                }
            }

            process.Advance(JsonSerializer.Serialize(SumUsages.DropStale(counted, now)));
        }

        SumUsage[] takenSums = [.. coverage.Take(usages)];
        var pending = takenSums.Length == 0 ? "" : JsonSerializer.Serialize(takenSums);
        if (sums.Count > 0)
        {
            process.Await(pending);
        }

        process.Cover(coverage);
        return new(takenCalls, takenSums, pending, refused);

        // A request has many calls but few models.
        string NormalisedOf(string model) => models.TryGetValue(model, out var known) ? known : models[model] = ModelName.Normalise(model);
    }

    // Returns null if sums have counted the whole call.
    private static SourceUsage? Take(SourceCoverage coverage, SourceUsage call, string model, DateTimeOffset now)
    {
        var counts = call.Tokens.Counts;
        var stated = new SourceAmounts(counts.Input, counts.Output, counts.CacheRead, counts.CacheWrite, call.Cost?.ToUsd());
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(call.Key)), 0, 8);
        if (coverage.TakeCall(key, call.At ?? now, model, stated) is not { } uncounted)
        {
            return null;
        }

        if (uncounted == stated)
        {
            return call;
        }

        var rest = new TokenCounts((long)uncounted.Input, (long)uncounted.Output, (long)uncounted.CacheRead, (long)uncounted.CacheWrite);
        return call with
        {
            Tokens = new(rest, Math.Min(call.Tokens.LongCacheWrite, rest.CacheWrite), call.Tokens.IsBatch),
            Cost = uncounted.CostUsd is { } cost ? Money.FromUsd(Math.Round(cost, Money.Decimals, MidpointRounding.AwayFromZero)) : null,
        };
    }

    private static T Read<T>(string json)
        where T : new() => json.Length == 0 ? new() : JsonSerializer.Deserialize<T>(json)!;
}

/// <summary>The usage of a process to count now.</summary>
/// <param name="Calls">Single calls.</param>
/// <param name="Sums">Running sums.</param>
/// <param name="Pending">The sums in the form in which the process stores them until they are written.</param>
/// <param name="Refused">The number of running totals beyond the limit of a process.</param>
internal sealed record CountableUsage(IReadOnlyList<SourceUsage> Calls, IReadOnlyList<SumUsage> Sums, string Pending, int Refused);
