using System.Globalization;

namespace Entourage.Domain.Otlp;

/// <summary>
/// What of a program's work is counted by its single calls, and what by its sums. A program may report both, in any order, and lose some of
/// either: a sum counts what it exceeds the calls in its time by, and a call counts what no sum has counted before it. So where both agree
/// each token is counted once, and what one form lost the other makes good.
/// </summary>
/// <remarks>
/// A part of a call and a part of a sum that are the same are matched, once. Everything beyond that is a conservation of amounts: what is counted is all
/// calls and all sums less what is matched.
/// </remarks>
public sealed class SourceCoverage
{
    /// <summary>The most calls that are remembered; the oldest ones grow together beyond that.</summary>
    public const int MaxCalls = 600;

    /// <summary>The most sums that are remembered; the oldest ones grow together beyond that.</summary>
    public const int MaxSums = 100;

    /// <summary>How far the time of a call and that of the sum that includes it may be apart: programs cut either to milliseconds.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(50);

    private const string Version = "2";

    // Sums of binary fractions differ from the fractions' sums by less than this.
    private const decimal LeastCostUsd = 0.000001m;

    // By their ends, the earliest first.
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

    /// <summary>Reads what <see cref="ToString"/> wrote; an empty text is a program that nothing was counted of.</summary>
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

    /// <summary>Takes a call.</summary>
    /// <param name="key">What it is counted once by.</param>
    /// <param name="at">When it ended (UTC).</param>
    /// <param name="model">The model; empty when it is not known.</param>
    /// <param name="amounts">What it used.</param>
    /// <returns>What is to be counted of it; null when sums have counted all of it. The same again for a call that was taken before.</returns>
    public SourceAmounts? TakeCall(string key, DateTimeOffset at, string model, SourceAmounts amounts)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!amounts.HasTokens)
        {
            return amounts;
        }

        if (callsByKey.TryGetValue(key, out var before))
        {
            // Told again, perhaps with a cost that was not known the first time.
            return before.IsWhole ? amounts : before.Counted.HasTokens ? before.Counted : null;
        }

        var taken = new Entry(key, at.UtcTicks, at.UtcTicks, model) { Rest = amounts };
        var isPriced = false;
        foreach (var sum in sums.Where(sum => !sum.Rest.IsZero && AreNear(taken, sum)).OrderBy(sum => (!sum.Includes(taken), sum.Model != model, sum.Until)))
        {
            isPriced |= sum.Rest.CostUsd is null;
            Match(taken, sum);
        }

        // Where a sum was priced here, what the call states for the rest alone is not known.
        taken.IsWhole = taken.Rest == amounts;
        taken.Counted = isPriced && !taken.IsWhole ? taken.Rest with { CostUsd = null } : taken.Rest;
        callsByKey.Add(key, taken);
        if (Add(calls, taken, MaxCalls) is { } forgotten)
        {
            callsByKey.Remove(forgotten);
        }

        return taken.Counted.HasTokens ? taken.Counted : null;
    }

    /// <summary>Takes what sums of one time report of several models.</summary>
    /// <param name="taken">The sums.</param>
    /// <returns>What is to be counted of each; null when calls have counted all of it, or when it was taken before.</returns>
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

        // Names of models may differ between the two forms, and no call must be counted twice for that; so the same names come first.
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

    /// <summary>A text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => $"{Version};{string.Join(',', calls)};{string.Join(',', sums)};{settledUntil.ToString(CultureInfo.InvariantCulture)}";

    // Tokens and cost of one time may come in two requests. What was counted of the one has its cost from a price, or from the other.
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

    // The time of a call and that of its sum may lie on two sides of a sum's end. So a call looks beyond its own time where what is of its own
    // time is there and does not have it.
    private bool AreNear(Entry call, Entry sum) => sum.Includes(call)
        || (call.From <= sum.Until + Tolerance.Ticks && call.Until >= sum.From - Tolerance.Ticks && sums.Exists(own => own.Includes(call)));

    private static void Match(Entry call, Entry sum)
    {
        var common = call.Rest.Common(sum.Rest);
        var (ofCall, ofSum) = (call.Rest.Without(common), sum.Rest.Without(common));
        if (call.Rest.CostUsd is null)
        {
            // The call was priced here: what the sum states for the same tokens would be a second price.
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

    /// <returns>The key of a settled entry that is forgotten for this one; null for none.</returns>
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

        // The second keeps its key's decision for as long as this text is in memory, which does no harm.
        entries[0] = entries[0].With(entries[1]);
        entries.RemoveAt(1);
        return null;
    }

    // It was a list of stretches of time, of which nothing else was known.
    private static long LatestOfFirstVersion(string text) =>
        text.Split([',', ';', '-'], StringSplitOptions.RemoveEmptyEntries).Select(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)).Append(0).Max();

    private sealed class Entry(string key, long from, long until, string model)
    {
        public string Key { get; } = key;

        public long From { get; } = from;

        public long Until { get; } = until;

        public string Model { get; } = model;

        /// <summary>What of a call is counted.</summary>
        public SourceAmounts Counted { get; set; } = SourceAmounts.Zero;

        /// <summary>Whether that is all of it.</summary>
        public bool IsWhole { get; set; }

        /// <summary>What is not matched.</summary>
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

        /// <summary>Whether a call is in the time of this sum, which begins after its first instant.</summary>
        public bool Includes(Entry call) => call.Until > From && call.From <= Until;

        /// <summary>Both as one, whose keys are forgotten.</summary>
        public Entry With(Entry other) =>
            new("", Math.Min(From, other.From), Math.Max(Until, other.Until), Model == other.Model ? Model : "") { Rest = Rest.Plus(other.Rest) };

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Key}|{From}|{Until}|{Uri.EscapeDataString(Model)}|{Rest}|{(IsWhole ? "*" : $"{Counted}")}");
    }
}

/// <summary>What a sum of a program reports of one model in a time.</summary>
/// <param name="Key">What it is counted once by.</param>
/// <param name="From">From when on it adds up (UTC), exclusive.</param>
/// <param name="Until">Until when (UTC), inclusive.</param>
/// <param name="Model">The model; empty when it is not known.</param>
/// <param name="Amounts">What was used.</param>
public sealed record SourceSum(string Key, DateTimeOffset From, DateTimeOffset Until, string Model, SourceAmounts Amounts);
