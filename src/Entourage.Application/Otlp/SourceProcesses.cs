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
/// Decides what of a process that sends both single calls and running sums is counted, and remembers it before it is counted: so every
/// replica and every retry decides the same.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="time">The clock.</param>
public sealed class SourceProcesses(IEntourageDb db, TimeProvider time)
{
    /// <summary>What was taken from a process's sums and is perhaps not in the ledger yet; empty for nothing.</summary>
    internal async Task<string> FindPendingAsync(byte[] keyHash, CancellationToken cancellationToken) =>
        await db.SourceProcesses.AsNoTracking().Where(process => process.KeyHash == keyHash).Select(process => process.Pending)
            .SingleOrDefaultAsync(cancellationToken) ?? "";

    /// <summary>Takes from a process what is to be counted: of calls what no sum has counted, and of sums what no call has.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="keyHash">The process's key.</param>
    /// <param name="calls">Its calls.</param>
    /// <param name="sums">Its sums.</param>
    /// <param name="written">What was taken before and is in the ledger.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is to be counted; null when something else was taken meanwhile, and must be written first.</returns>
    internal Task<TelemetryUsages?> TakeAsync(
        Guid agentId,
        byte[] keyHash,
        IReadOnlyList<SourceUsage> calls,
        IReadOnlyList<SourceSums> sums,
        string written,
        CancellationToken cancellationToken) =>
        db.InTransactionAsync<TelemetryUsages?>(
            async inTransaction =>
            {
                var organisationId = await db.Agents.Where(agent => agent.Id == agentId)
                    .Join(db.Teams, agent => agent.TeamId, team => team.Id, (_, team) => team.OrganisationId)
                    .SingleAsync(inTransaction);
                await db.LockOrganisationAsync(organisationId, inTransaction);
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

    /// <summary>Notes that what was taken from a process's sums is in the ledger.</summary>
    internal Task<int> SettleAsync(byte[] keyHash, string pending, CancellationToken cancellationToken) => db.InTransactionAsync(
        inTransaction => db.SourceProcesses
            .Where(process => process.KeyHash == keyHash && process.Pending == pending)
            .ExecuteUpdateAsync(row => row.SetProperty(process => process.Pending, ""), inTransaction),
        cancellationToken);

    /// <summary>The usages of a text of pending ones.</summary>
    internal static IReadOnlyList<SumUsage> ReadPending(string pending) => Read<List<SumUsage>>(pending);

    private TelemetryUsages Take(SourceProcess process, IReadOnlyList<SourceUsage> calls, IReadOnlyList<SourceSums> sums)
    {
        var now = time.GetUtcNow();
        var coverage = SourceCoverage.Parse(process.Coverage);
        var models = new Dictionary<string, string>(StringComparer.Ordinal);
        var takenCalls = calls.Select(call => Take(coverage, call, NormalisedOf(call.Model ?? ""), now)).OfType<SourceUsage>().ToArray();
        var refused = 0;
        List<SumUsage> usages = [.. sums.Select(SumUsages.OfDeltas).OfType<SumUsage>()];
        if (sums.Any(sum => sum.Points.Any(point => point.IsCumulative)))
        {
            var marks = Read<Dictionary<string, TotalMark>>(process.Totals);
            foreach (var sum in sums)
            {
                if (SumUsages.OfTotals(sum, marks, now, ref refused) is { } grown)
                {
                    usages.Add(grown);
                }
            }

            process.Advance(JsonSerializer.Serialize(SumUsages.Kept(marks, now)));
        }

        SumUsage[] takenSums = [.. coverage.Take(usages)];
        var pending = takenSums.Length == 0 ? "" : JsonSerializer.Serialize(takenSums);
        if (sums.Count > 0)
        {
            process.Await(pending);
        }

        process.Cover(coverage);
        return new(takenCalls, takenSums, pending, refused);

        // The calls of a request are of few models.
        string NormalisedOf(string model) => models.TryGetValue(model, out var known) ? known : models[model] = ModelName.Normalise(model);
    }

    // Null where sums have counted all of it.
    private static SourceUsage? Take(SourceCoverage coverage, SourceUsage call, string model, DateTimeOffset now)
    {
        var counts = call.Tokens.Counts;
        var told = new SourceAmounts(counts.Input, counts.Output, counts.CacheRead, counts.CacheWrite, call.Cost?.ToUsd());
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(call.Key)), 0, 8);
        if (coverage.TakeCall(key, call.At ?? now, model, told) is not { } counted)
        {
            return null;
        }

        if (counted == told)
        {
            return call;
        }

        var rest = new TokenCounts((long)counted.Input, (long)counted.Output, (long)counted.CacheRead, (long)counted.CacheWrite);
        return call with
        {
            Tokens = new(rest, Math.Min(call.Tokens.LongCacheWrite, rest.CacheWrite), call.Tokens.IsBatch),
            Cost = counted.CostUsd is { } cost ? Money.FromUsd(Math.Round(cost, Money.Decimals, MidpointRounding.AwayFromZero)) : null,
        };
    }

    private static T Read<T>(string json)
        where T : new() => json.Length == 0 ? new() : JsonSerializer.Deserialize<T>(json)!;
}

/// <summary>What of a process is to be counted now.</summary>
/// <param name="Calls">Calls.</param>
/// <param name="Sums">Sums.</param>
/// <param name="Pending">The sums, as it remembers them.</param>
/// <param name="Refused">How many running totals are too many to remember.</param>
internal sealed record TelemetryUsages(IReadOnlyList<SourceUsage> Calls, IReadOnlyList<SumUsage> Sums, string Pending, int Refused);
