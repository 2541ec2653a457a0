using System.Globalization;
using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Json;
using Entourage.Application.Ledger;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Ledger;

/// <summary>A usage that was recorded, with what corrected it since.</summary>
/// <param name="Sequence">The last record of it, which the next correction corrects.</param>
/// <param name="RecordId">The id of the first.</param>
/// <param name="SessionId">The session that used it.</param>
/// <param name="OccurredAt">When (UTC).</param>
/// <param name="Model">The model; empty when nobody said.</param>
/// <param name="Tokens">The tokens.</param>
/// <param name="Billing">How it is paid for.</param>
/// <param name="UnpricedTokens">Those that wait for a price.</param>
/// <param name="Cost">The cost (USD).</param>
/// <param name="AssumedCost">The part of it that is assumed (USD).</param>
/// <param name="CostSource">Where the last record has it from.</param>
internal sealed record LedgerRecorded(
    long Sequence,
    Guid RecordId,
    long SessionId,
    DateTimeOffset OccurredAt,
    string Model,
    BilledTokens Tokens,
    Billing Billing,
    long UnpricedTokens,
    Money Cost,
    Money AssumedCost,
    CostSource CostSource)
{
    /// <summary>The same usage after a correction of it.</summary>
    public LedgerRecorded With(LedgerRecorded correction) => this with
    {
        Sequence = correction.Sequence,
        UnpricedTokens = UnpricedTokens + correction.UnpricedTokens,
        Cost = Cost + correction.Cost,
        AssumedCost = AssumedCost + correction.AssumedCost,
        CostSource = correction.CostSource,
    };
}

/// <summary>
/// What telemetry corrects of what it reported before. A program reports a call in several forms and orders: a cost that is stated goes before one that a
/// price came to, and a span that sums up others counts nothing once one of these has reported usage.
/// </summary>
/// <param name="entries">The entries of the transaction.</param>
/// <param name="answered">What was answered before under their keys.</param>
/// <param name="maxCost">The largest cost that a usage may state (USD); one above it states nothing.</param>
internal sealed class LedgerAmendments(
    IReadOnlyList<LedgerEntry> entries, IReadOnlyDictionary<string, IdempotentAnswer> answered, Money maxCost)
{
    // What is stored for a span: that spans below it have reported usage, or which usage it has reported itself.
    private const string Covered = "covered";
    private const string Reported = "usage ";

    private readonly Dictionary<string, IdempotentAnswer> added = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AnswerChange> changed = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, LedgerRecorded> recorded = [];
    private readonly HashSet<Guid> corrected = [];
    private readonly Dictionary<string, Money> stated = new(StringComparer.Ordinal);
    private readonly HashSet<string> covered = [.. entries.OfType<UsageEntry>().SelectMany(usage => usage.Telemetry?.SpansAbove ?? []).Select(span => span.Key)];

    /// <summary>The answers for spans that were not known before.</summary>
    public IEnumerable<IdempotentAnswer> Added => added.Values;

    /// <summary>The answers for spans that counted, and do not any more.</summary>
    public IEnumerable<AnswerChange> Changed => changed.Values;

    /// <summary>The usages that entries may correct.</summary>
    public IReadOnlyCollection<LedgerRecorded> Recorded => recorded.Values;

    /// <summary>Reads what entries may correct.</summary>
    public async Task ReadAsync(ILedgerWrites store)
    {
        foreach (var usage in entries.OfType<UsageEntry>())
        {
            if (StatedCostOf(usage) is { } cost && usage.Idempotency is { } token)
            {
                stated.TryAdd(token.Key, cost);
                if (answered.TryGetValue(token.Key, out var answer)
                    && JsonSerializer.Deserialize<UsageResponse>(answer.Response, EntourageJson.Stored) is { CostSource: not CostSource.Reported } response)
                {
                    await ReadAsync(store, response.Id, response.UsageId);
                }
            }

            foreach (var span in usage.Telemetry?.SpansAbove ?? [])
            {
                if (UsageOf(span) is var (sessionId, recordId))
                {
                    await ReadAsync(store, sessionId, recordId);
                }
            }
        }
    }

    /// <summary>Whether the span of a usage sums up others that have reported theirs.</summary>
    public bool IsCovered(UsageEntry usage) =>
        usage.Telemetry is { Span: { } span } facts
        && (covered.Contains(span.Key) || facts.SpansBelow.Append(span).Any(one => answered.TryGetValue(one.Key, out var answer) && answer.Response == Covered));

    /// <summary>Remembers that a span counts nothing.</summary>
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

    /// <summary>Remembers which usage a span has reported.</summary>
    /// <param name="usage">The usage.</param>
    /// <param name="sessionId">The session that it is recorded in.</param>
    /// <param name="recordId">The id of its record.</param>
    public void Remember(UsageEntry usage, long sessionId, Guid recordId)
    {
        if (usage is { Telemetry.Span: { } span, Tokens.Counts.OfAllClasses: > 0 })
        {
            Store(span, string.Create(CultureInfo.InvariantCulture, $"{Reported}{sessionId} {recordId}"), usage.Now);
        }
    }

    /// <summary>What a usage that was recorded before is corrected by now; null for nothing.</summary>
    /// <param name="usage">The usage, told again.</param>
    /// <param name="before">What was answered then.</param>
    public LedgerRecord? Amend(UsageEntry usage, UsageResponse before)
    {
        if (StatedCostOf(usage) is not { } cost
            || !recorded.TryGetValue(before.UsageId, out var known)
            || known.CostSource == CostSource.Reported
            || (usage.Telemetry?.Span is { } span && covered.Contains(span.Key))
            || !corrected.Add(before.UsageId))
        {
            return null;
        }

        // From now on its cost is known as stated, so that the same told again is not looked up.
        Replace(usage.Idempotency!, JsonSerializer.Serialize(before with { CostSource = CostSource.Reported }, EntourageJson.Stored));
        return known is { UnpricedTokens: 0, AssumedCost.NanoUsd: 0 } && cost == known.Cost ? null : Correct(known, default, cost - known.Cost, usage.Now);
    }

    /// <summary>Takes back what spans counted that sum up the span of a usage, and sees to it that they count nothing later.</summary>
    /// <param name="usage">The usage.</param>
    /// <returns>The corrections.</returns>
    public IEnumerable<LedgerRecord> Cover(UsageEntry usage)
    {
        foreach (var span in usage.Telemetry?.SpansAbove ?? [])
        {
            Store(span, Covered, usage.Now);
            if (UsageOf(span) is var (_, recordId) && recorded.TryGetValue(recordId, out var known) && corrected.Add(recordId))
            {
                Replace(span, Covered);
                var counts = known.Tokens.Counts;
                var takenBack = new TokenCounts(-counts.Input, -counts.Output, -counts.CacheRead, -counts.CacheWrite);
                yield return Correct(known, known.Tokens with { Counts = takenBack, LongCacheWrite = -known.Tokens.LongCacheWrite }, Money.Zero - known.Cost, usage.Now);
            }
        }
    }

    // Unless it has an answer already.
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

    // One without tokens tells of an error, or of a stream that did not say, and of no cost.
    private Money? StatedCostOf(UsageEntry usage) =>
        usage is { Telemetry: not null, ReportedCost: { } cost, Tokens.Counts.OfAllClasses: > 0 } && cost <= maxCost ? cost : null;

    private static LedgerRecord Correct(LedgerRecorded known, BilledTokens tokens, Money cost, DateTimeOffset now)
    {
        var entry = UsageEntry.OfCorrection(known.SessionId, tokens, known.Model, known.OccurredAt, known.Billing, now);
        return new(entry, known.Model, cost, CostSource.Reported, Money.Zero, Price: null, -known.UnpricedTokens, known.Sequence) { AssumedCost = Money.Zero - known.AssumedCost };
    }

    private async Task ReadAsync(ILedgerWrites store, long sessionId, Guid recordId)
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
