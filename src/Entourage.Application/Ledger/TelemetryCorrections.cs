using System.Globalization;
using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Json;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>
/// Corrects usage that telemetry reported earlier. A program reports a call in several forms and in any order. A stated cost replaces a calculated one,
/// and a span that sums up others counts nothing once one of them has reported usage.
/// </summary>
internal sealed class TelemetryCorrections
{
    // The stored response for a span. It says that spans below it have reported usage, or which usage the span has reported.
    private const string Covered = "covered";
    private const string Reported = "usage ";

    private readonly IReadOnlyDictionary<string, IdempotentAnswer> answered;
    private readonly Money maxCost;
    private readonly Dictionary<string, IdempotentAnswer> added = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AnswerChange> changed = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, RecordedUsage> recorded = [];
    private readonly HashSet<Guid> corrected = [];
    private readonly Dictionary<string, Money> stated = new(StringComparer.Ordinal);
    private readonly HashSet<string> covered;

    private TelemetryCorrections(IEnumerable<UsageEntry> usages, IReadOnlyDictionary<string, IdempotentAnswer> answered, Money maxCost)
    {
        (this.answered, this.maxCost) = (answered, maxCost);
        covered = [.. usages.SelectMany(usage => usage.Telemetry?.SpansAbove ?? []).Select(span => span.Key)];
    }

    /// <summary>The responses for spans that were not reported before.</summary>
    public IEnumerable<IdempotentAnswer> Added => added.Values;

    /// <summary>The responses for spans that counted and no longer do.</summary>
    public IEnumerable<AnswerChange> Changed => changed.Values;

    /// <summary>The recorded usages that entries may correct.</summary>
    public IReadOnlyCollection<RecordedUsage> Recorded => recorded.Values;

    /// <summary>Loads the recorded usages that entries may correct.</summary>
    /// <param name="entries">The entries of the transaction.</param>
    /// <param name="answered">The stored responses under their keys.</param>
    /// <param name="maxCost">The largest cost that a usage may state (USD). A larger one is ignored.</param>
    /// <param name="store">The store.</param>
    public static async Task<TelemetryCorrections> LoadAsync(
        IReadOnlyList<LedgerEntry> entries, IReadOnlyDictionary<string, IdempotentAnswer> answered, Money maxCost, ILedgerStore store)
    {
        var usages = entries.Select(entry => entry is SettleCallEntry settled ? settled.Usage : entry as UsageEntry).OfType<UsageEntry>()
            .Where(usage => usage.Telemetry is not null)
            .ToArray();
        var corrections = new TelemetryCorrections(usages, answered, maxCost);
        foreach (var usage in usages)
        {
            await corrections.LoadAsync(usage, store);
        }

        return corrections;
    }

    /// <summary>Whether the span of a usage sums up others that have reported usage, or the gateway has recorded the same call.</summary>
    public bool IsCovered(UsageEntry usage) =>
        usage.Telemetry is { } facts
        && ((facts.Span is { } span && IsCovered(span)) || facts.SpansBelow.Any(IsCovered));

    /// <summary>Stores that the span of a usage counts nothing.</summary>
    public void RememberCovered(UsageEntry usage)
    {
        if (usage.Telemetry?.Span is { } span)
        {
            Store(span, Covered, usage.Now);
        }
    }

    /// <summary>The usage with the cost that another entry of the transaction states for the same call.</summary>
    public UsageEntry WithStatedCost(UsageEntry usage) =>
        usage is { Telemetry: not null, ReportedCost: null, Idempotency: { } token } && stated.TryGetValue(token.Key, out var cost)
            ? usage with { ReportedCost = cost }
            : usage;

    /// <summary>Stores which usage a span has reported.</summary>
    /// <param name="usage">The usage.</param>
    /// <param name="sessionId">The session that it is recorded in.</param>
    /// <param name="recordId">The id of its record.</param>
    public void Remember(UsageEntry usage, long sessionId, Guid recordId)
    {
        foreach (var token in usage is { Telemetry: { } facts, Tokens.Counts.OfAllClasses: > 0 } ? new[] { facts.Span, facts.Call }.OfType<IdempotencyToken>() : [])
        {
            Store(token, string.Create(CultureInfo.InvariantCulture, $"{Reported}{sessionId} {recordId}"), usage.Now);
        }
    }

    /// <summary>The correction of a usage that is reported again with a stated cost; null for none.</summary>
    /// <param name="usage">The usage, reported again.</param>
    /// <param name="before">The response to its first report.</param>
    public LedgerRecord? FindCorrection(UsageEntry usage, UsageResponse before)
    {
        if (StatedCostOf(usage) is not { } cost
            || !recorded.TryGetValue(before.UsageId, out var known)
            || known.CostSource == CostSource.Reported
            || (usage.Telemetry?.Span is { } span && covered.Contains(span.Key))
            || !corrected.Add(before.UsageId))
        {
            return null;
        }

        // The stored response now says that the cost is stated, so further reports need no look-up.
        Replace(usage.Idempotency!, JsonSerializer.Serialize(before with { CostSource = CostSource.Reported }, EntourageJson.Stored));
        return known is { UnpricedTokens: 0, AssumedCost.NanoUsd: 0 } && cost == known.Cost ? null : Correct(known, default, cost - known.Cost, usage.Now);
    }

    /// <summary>The corrections that take back the usage of the spans above a usage. These spans then count nothing.</summary>
    public IEnumerable<LedgerRecord> CoverSpansAbove(UsageEntry usage)
    {
        foreach (var span in usage.Telemetry?.SpansAbove ?? [])
        {
            Store(span, Covered, usage.Now);
        }

        foreach (var span in usage.Telemetry?.Replaced ?? [])
        {
            if (UsageOf(span) is var (_, recordId) && recorded.TryGetValue(recordId, out var known) && corrected.Add(recordId))
            {
                Replace(span, Covered);
                var counts = known.Tokens.Counts;
                var takenBack = new TokenCounts(-counts.Input, -counts.Output, -counts.CacheRead, -counts.CacheWrite);
                yield return Correct(known, known.Tokens with { Counts = takenBack, LongCacheWrite = -known.Tokens.LongCacheWrite }, Money.Zero - known.Cost, usage.Now);
            }
        }
    }

    private bool IsCovered(IdempotencyToken token) => covered.Contains(token.Key) || (answered.TryGetValue(token.Key, out var answer) && answer.Response == Covered);

    private void Store(IdempotencyToken token, string response, DateTimeOffset now)
    {
        if (!answered.ContainsKey(token.Key))
        {
            added.TryAdd(token.Key, new(token.KeyHash, token.RequestHash, response, now));
        }
    }

    private void Replace(IdempotencyToken token, string response)
    {
        var answer = answered[token.Key];
        changed.Add(token.Key, new(answer, new(answer.KeyHash, answer.RequestHash, response, answer.CreatedAt)));
    }

    // A usage without tokens reports an error, or a stream that did not count, and states no cost.
    private Money? StatedCostOf(UsageEntry usage) =>
        usage is { Telemetry: not null, ReportedCost: { } cost, Tokens.Counts.OfAllClasses: > 0 } && cost <= maxCost ? cost : null;

    private static LedgerRecord Correct(RecordedUsage known, BilledTokens tokens, Money cost, DateTimeOffset now)
    {
        var entry = UsageEntry.OfCorrection(known.SessionId, tokens, known.Model, known.Labels, known.OccurredAt, known.Billing, now);
        return new(entry, known.Model, cost, CostSource.Reported, Money.Zero, Price: null, -known.UnpricedTokens, known.Sequence) { AssumedCost = Money.Zero - known.AssumedCost };
    }

    private async Task LoadAsync(UsageEntry usage, ILedgerStore store)
    {
        if (StatedCostOf(usage) is { } cost && usage.Idempotency is { } token)
        {
            stated.TryAdd(token.Key, cost);
            if (answered.TryGetValue(token.Key, out var answer)
                && JsonSerializer.Deserialize<UsageResponse>(answer.Response, EntourageJson.Stored) is { CostSource: not CostSource.Reported } response)
            {
                await LoadAsync(response.Id, response.UsageId, store);
            }
        }

        foreach (var span in usage.Telemetry!.Replaced)
        {
            if (UsageOf(span) is var (sessionId, recordId))
            {
                await LoadAsync(sessionId, recordId, store);
            }
        }
    }

    private async Task LoadAsync(long sessionId, Guid recordId, ILedgerStore store)
    {
        if (!recorded.ContainsKey(recordId) && await store.FindRecordedAsync(sessionId, recordId) is { } found)
        {
            recorded.Add(recordId, found);
        }
    }

    private (long SessionId, Guid RecordId)? UsageOf(IdempotencyToken span)
    {
        if (!answered.TryGetValue(span.Key, out var answer) || !answer.Response.StartsWith(Reported, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = answer.Response.Split(' ');
        return (long.Parse(parts[1], CultureInfo.InvariantCulture), Guid.Parse(parts[2]));
    }
}
