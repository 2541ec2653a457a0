using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Pricing;
using Entourage.Domain.Sessions;
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
    /// <summary>What was taken from a process and is perhaps not in the ledger yet; empty for nothing.</summary>
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

                if (process.Pending.Length > 0 && process.Pending != written)
                {
                    return null;
                }

                var taken = Take(process, calls, sums);
                await db.SaveChangesAsync(inTransaction);
                return taken;
            },
            cancellationToken);

    /// <summary>Notes that what was taken from a process is in the ledger.</summary>
    internal Task<int> SettleAsync(byte[] keyHash, string pending, CancellationToken cancellationToken) => db.InTransactionAsync(
        inTransaction => db.SourceProcesses
            .Where(process => process.KeyHash == keyHash && process.Pending == pending)
            .ExecuteUpdateAsync(row => row.SetProperty(process => process.Pending, ""), inTransaction),
        cancellationToken);

    /// <summary>What a text of pending usages says.</summary>
    internal static PendingUsages ReadPending(string pending) =>
        pending.StartsWith('[') ? new(Read<List<SumUsage>>(pending), []) : pending.Length == 0 ? new([], []) : JsonSerializer.Deserialize<PendingUsages>(pending)!;

    private TakenUsages Take(SourceProcess process, IReadOnlyList<SourceUsage> calls, IReadOnlyList<SourceSums> sums)
    {
        var now = time.GetUtcNow();
        var coverage = SourceCoverage.Parse(process.Coverage);
        var takenCalls = calls.Select(call => Take(coverage, call, now)).OfType<SourceUsage>().ToArray();
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
        process.Await(takenCalls.Length + takenSums.Length == 0 ? "" : JsonSerializer.Serialize(new PendingUsages(takenSums, [.. takenCalls.Select(PendingCall.Of)])));
        process.Cover(coverage);
        return new(takenCalls, takenSums, process.Pending, refused);
    }

    // Null where sums have counted all of it.
    private static SourceUsage? Take(SourceCoverage coverage, SourceUsage call, DateTimeOffset now)
    {
        var counts = call.Tokens.Counts;
        var told = new SourceAmounts(counts.Input, counts.Output, counts.CacheRead, counts.CacheWrite, call.Cost?.ToUsd());
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(call.Key)), 0, 8);
        if (coverage.TakeCall(key, call.At ?? now, ModelName.Normalise(call.Model ?? ""), told) is not { } counted)
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
/// <param name="Pending">Both, as it remembers them.</param>
/// <param name="Refused">How many running totals are too many to remember.</param>
internal sealed record TakenUsages(IReadOnlyList<SourceUsage> Calls, IReadOnlyList<SumUsage> Sums, string Pending, int Refused);

/// <summary>What was taken of a process and is perhaps not in the ledger yet.</summary>
/// <param name="Sums">Sums.</param>
/// <param name="Calls">Calls.</param>
internal sealed record PendingUsages(IReadOnlyList<SumUsage> Sums, IReadOnlyList<PendingCall> Calls);

/// <summary>A call that is perhaps not in the ledger yet.</summary>
/// <param name="Key">What it is counted once by.</param>
/// <param name="At">When it happened (UTC); null when it does not say.</param>
/// <param name="Model">The model, if known.</param>
/// <param name="Tokens">The tokens: input, output, cache-read, cache-write, and those of the last that were written for an hour.</param>
/// <param name="CostUsd">The cost (USD), if stated.</param>
/// <param name="Error">The error of a failed call.</param>
/// <param name="SubAgent">What the program calls the sub-agent; empty for none.</param>
/// <param name="Billing">How it is paid for.</param>
internal sealed record PendingCall(
    string Key, DateTimeOffset? At, string? Model, IReadOnlyList<long> Tokens, decimal? CostUsd, string? Error, string SubAgent, Billing Billing)
{
    /// <summary>A call, to be remembered.</summary>
    public static PendingCall Of(SourceUsage call)
    {
        var counts = call.Tokens.Counts;
        return new(
            call.Key,
            call.At,
            call.Model,
            [counts.Input, counts.Output, counts.CacheRead, counts.CacheWrite, call.Tokens.LongCacheWrite],
            call.Cost?.ToUsd(),
            call.Error,
            call.Source.SubAgent,
            call.Source.Billing);
    }

    /// <summary>The call again.</summary>
    /// <param name="source">Whose process it is of.</param>
    public SourceUsage ToUsage(UsageSource source) => new(
        source with { SubAgent = SubAgent, Billing = Billing },
        Key,
        At,
        Model,
        new(new(Tokens[0], Tokens[1], Tokens[2], Tokens[3]), Tokens[4]),
        CostUsd is { } cost ? Money.FromUsd(cost) : null,
        Error,
        HasSums: true)
    { MayCostMore = true };
}
