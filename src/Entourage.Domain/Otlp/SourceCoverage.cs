using System.Globalization;

namespace Entourage.Domain.Otlp;

/// <summary>
/// Reconciles the calls and the sums that a program reports, so that each token is counted once. A program may report both, in any order,
/// and lose some of either. A sum counts by how much it exceeds the calls in its interval. A call counts what no earlier sum has counted.
/// What one form lost, the other makes up for.
/// </summary>
/// <remarks>Equal parts of a call and a sum are matched once. The counted amount is all calls plus all sums minus the matched parts.</remarks>
public sealed class SourceCoverage
{
    /// <summary>The most calls to remember. Beyond that the oldest ones are merged.</summary>
    public const int MaxCalls = 600;

    /// <summary>The most sums to remember. Beyond that the oldest ones are merged.</summary>
    internal const int MaxSums = 100;

    /// <summary>How far the times of a call and of its sum may be apart, because programs truncate both to milliseconds.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(50);

    private const string Version = "2";

    // Floating-point sums are off by less than this.
    private const decimal LeastCostUsd = 0.000001m;

    // Ordered by end, earliest first.
    private readonly List<Entry> calls;
    private readonly List<Entry> sums;
    private readonly Dictionary<string, Entry> callsByKey = new(StringComparer.Ordinal);
    private readonly long settledUntil;

    private SourceCoverage(List<Entry> calls, List<Entry> sums, long settledUntil)
    {
        (this.calls, this.sums, this.settledUntil) = (calls, sums, settledUntil);
        foreach (var call in calls.Where(call => call.Key.Length > 0))
        {
            callsByKey[call.Key] = call;
        }
    }

    /// <summary>Reads what <see cref="ToString"/> returned. An empty text means that nothing was counted.</summary>
    public static SourceCoverage Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
        {
            return new([], [], 0);
        }

        var parts = text.Split(';');
        if (parts[0] != Version)
        {
            return new([], [], LatestOfFirstVersion(text));
        }

        return new(Entries(parts[1]), Entries(parts[2]), long.Parse(parts[3], CultureInfo.InvariantCulture));

        static List<Entry> Entries(string all) => [.. all.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Entry.Parse)];
    }

    /// <summary>Records a call.</summary>
    /// <param name="key">The key by which the call is counted once.</param>
    /// <param name="at">When it ended (UTC).</param>
    /// <param name="model">The model; empty when unknown.</param>
    /// <param name="amounts">The usage of the call.</param>
    /// <returns>The amounts to count; null if sums have counted all of them. A repeated call gets the same answer again.</returns>
    public SourceAmounts? TakeCall(string key, DateTimeOffset at, string model, SourceAmounts amounts)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!amounts.HasTokens)
        {
            return amounts;
        }

        if (callsByKey.TryGetValue(key, out var before))
        {
            // A repeated call, perhaps with a cost that was unknown the first time.
            return before.IsWhole ? amounts : before.Counted.HasTokens ? before.Counted : null;
        }

        var taken = new Entry(key, at.UtcTicks, at.UtcTicks, model) { Rest = amounts };
        var isPriced = false;
        foreach (var sum in sums.Where(sum => !sum.Rest.IsZero && AreNear(taken, sum)).OrderBy(sum => (!sum.Includes(taken), sum.Model != model, sum.Until)))
        {
            isPriced |= sum.Rest.CostUsd is null;
            Match(taken, sum);
        }

        // If a sum was priced here, the cost that the call states cannot be split, so the rest is priced here as well.
        taken.IsWhole = taken.Rest == amounts;
        taken.Counted = isPriced && !taken.IsWhole ? taken.Rest with { CostUsd = null } : taken.Rest;
        callsByKey.Add(key, taken);
        if (Add(calls, taken, MaxCalls) is { } forgotten)
        {
            callsByKey.Remove(forgotten);
        }

        return taken.Counted.HasTokens ? taken.Counted : null;
    }

    /// <summary>Records the sums of several models for one interval.</summary>
    /// <param name="taken">The sums.</param>
    /// <returns>The amounts to count for each sum; null if calls have counted all of it, or if it was recorded before.</returns>
    public IReadOnlyList<SourceAmounts?> TakeSums(IReadOnlyList<SourceSum> taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        var added = new Entry?[taken.Count];
        for (var i = 0; i < added.Length; i++)
        {
            var (key, from, until, model, amounts) = taken[i];
            if (from.UtcTicks >= settledUntil && !sums.Exists(sum => sum.Key == key))
            {
                added[i] = new(key, from.UtcTicks, until.UtcTicks, model) { Rest = amounts };
            }
        }

        foreach (var sum in added.OfType<Entry>())
        {
            Add(sums, sum, MaxSums);
        }

        // Model names may differ between the two forms without a call being counted twice, so equal names only take precedence.
        var pairs = added.OfType<Entry>()
            .SelectMany(sum => calls.Where(call => !call.Rest.IsZero && AreNear(call, sum)).Select(call => (Call: call, Sum: sum)))
            .OrderBy(pair => (!pair.Sum.Includes(pair.Call), pair.Call.Model != pair.Sum.Model, pair.Call.Until))
            .ToArray();
        foreach (var (call, sum) in pairs)
        {
            Match(call, sum);
        }

        return [.. added.Select(sum => sum is null ? null : Count(sum))];
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => $"{Version};{string.Join(',', calls)};{string.Join(',', sums)};{settledUntil.ToString(CultureInfo.InvariantCulture)}";

    // Tokens and cost of one interval may arrive in two requests. Tokens that were counted first are priced here, and tokens that follow a
    // counted cost are free.
    private SourceAmounts? Count(Entry sum)
    {
        var rest = sum.Rest;
        var counted = rest.CostUsd >= LeastCostUsd ? rest
            : rest.HasTokens ? rest with { CostUsd = null }
            : (SourceAmounts?)null;
        if (counted is { HasTokens: false } && sums.Exists(other => IsOtherPart(other) && other.Counted is { HasTokens: true, CostUsd: null }))
        {
            return null;
        }

        if (counted is { CostUsd: null } && sums.Exists(other => IsOtherPart(other) && other.Counted is { HasTokens: false, CostUsd: > 0 }))
        {
            counted = counted.Value with { CostUsd = 0 };
        }

        sum.Counted = counted ?? SourceAmounts.Zero;
        return counted;

        bool IsOtherPart(Entry other) => other != sum && other.Until == sum.Until && other.Model == sum.Model;
    }

    // A call's time may be truncated into the neighbouring interval. A call therefore also matches a near sum once the sum of its own
    // interval has arrived.
    private bool AreNear(Entry call, Entry sum) => sum.Includes(call)
        || (call.From <= sum.Until + Tolerance.Ticks && call.Until >= sum.From - Tolerance.Ticks && sums.Exists(own => own.Includes(call)));

    private static void Match(Entry call, Entry sum)
    {
        var common = call.Rest.Common(sum.Rest);
        var (ofCall, ofSum) = (call.Rest.Without(common), sum.Rest.Without(common));
        if (call.Rest.CostUsd is null)
        {
            // The call was priced here, so the cost that the sum states for the same tokens would be a second price.
            if (common.HasTokens || !sum.Rest.HasTokens)
            {
                sum.Rest = ofSum with { CostUsd = ofSum.HasTokens ? null : 0 };
            }
        }
        else
        {
            sum.Rest = ofSum with { CostUsd = sum.Rest.CostUsd - common.CostUsd };
            ofCall = ofCall with { CostUsd = call.Rest.CostUsd - (common.CostUsd ?? 0) };
        }

        call.Rest = ofCall;
    }

    /// <returns>The key of the fully matched entry that was dropped to make room; null if none was.</returns>
    private static string? Add(List<Entry> entries, Entry added, int most)
    {
        var at = entries.Count;
        while (at > 0 && entries[at - 1].Until > added.Until)
        {
            at--;
        }

        entries.Insert(at, added);
        if (entries.Count <= most)
        {
            return null;
        }

        if (entries.FindIndex(0, entries.Count / 2, entry => entry.Rest.IsZero) is var settled and >= 0)
        {
            var key = entries[settled].Key;
            entries.RemoveAt(settled);
            return key;
        }

        // The merged entries' keys stay in the dictionary while this instance lives, which does no harm.
        entries[0] = entries[0].With(entries[1]);
        entries.RemoveAt(1);
        return null;
    }

    // The first version was a list of intervals.
    private static long LatestOfFirstVersion(string text) =>
        text.Split([',', ';', '-'], StringSplitOptions.RemoveEmptyEntries).Select(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)).Append(0).Max();

    private sealed class Entry(string key, long from, long until, string model)
    {
        public string Key { get; } = key;

        public long From { get; } = from;

        public long Until { get; } = until;

        public string Model { get; } = model;

        /// <summary>The amounts that were counted.</summary>
        public SourceAmounts Counted { get; set; } = SourceAmounts.Zero;

        /// <summary>Whether all of the call was counted.</summary>
        public bool IsWhole { get; set; }

        /// <summary>The amounts that are not matched yet.</summary>
        public SourceAmounts Rest { get; set; } = SourceAmounts.Zero;

        public static Entry Parse(string text)
        {
            var parts = text.Split('|');
            return new(parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture), Uri.UnescapeDataString(parts[3]))
            {
                Rest = SourceAmounts.Parse(parts[4]),
                IsWhole = parts[5] == "*",
                Counted = parts[5] == "*" ? SourceAmounts.Zero : SourceAmounts.Parse(parts[5]),
            };
        }

        /// <summary>Whether a call is in the interval of this sum. The start is exclusive.</summary>
        public bool Includes(Entry call) => call.Until > From && call.From <= Until;

        /// <summary>Merges two entries and drops their keys.</summary>
        public Entry With(Entry other) =>
            new("", Math.Min(From, other.From), Math.Max(Until, other.Until), Model == other.Model ? Model : "") { Rest = Rest.Plus(other.Rest) };

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Key}|{From}|{Until}|{Uri.EscapeDataString(Model)}|{Rest}|{(IsWhole ? "*" : $"{Counted}")}");
    }
}

/// <summary>A program's sum for one model in one interval.</summary>
/// <param name="Key">The key by which the sum is counted once.</param>
/// <param name="From">The start of the interval (UTC), exclusive.</param>
/// <param name="Until">The end of the interval (UTC), inclusive.</param>
/// <param name="Model">The model; empty when unknown.</param>
/// <param name="Amounts">The usage.</param>
public sealed record SourceSum(string Key, DateTimeOffset From, DateTimeOffset Until, string Model, SourceAmounts Amounts);
