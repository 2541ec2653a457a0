using System.Security.Cryptography;
using System.Text;
using Entourage.Domain.Otlp;
using Entourage.Domain.Prices;

namespace Entourage.Application.Otlp;

/// <summary>A usage that running sums came to, and the time that it is of.</summary>
/// <param name="From">From when on (UTC).</param>
/// <param name="Until">Until when (UTC).</param>
/// <param name="Key">What it is counted once by.</param>
/// <param name="Model">The model, if known.</param>
/// <param name="Input">Input tokens.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="CacheRead">Cache-read tokens.</param>
/// <param name="CacheWrite">Cache-write tokens.</param>
/// <param name="CostUsd">The cost (USD); null when no sum of money came with them.</param>
internal sealed record SumUsage(
    DateTimeOffset From,
    DateTimeOffset Until,
    string Key,
    string? Model,
    decimal Input,
    decimal Output,
    decimal CacheRead,
    decimal CacheWrite,
    decimal? CostUsd)
{
    /// <summary>As any other usage; null where it is more than a usage may state.</summary>
    /// <param name="source">Whose it is.</param>
    /// <param name="fault">Notes why it cannot be counted.</param>
    public SourceUsage? ToUsage(UsageSource source, ItemFault fault)
    {
        var tokens = SourceUsage.TokensOf(Input, Output, CacheRead, CacheWrite, fault);
        var cost = SourceUsage.CostOf(CostUsd, fault);
        return fault.Reason is null ? new(source, Key, Until, Model, new(tokens, IsSum: true), cost, Error: null, HasSums: true) : null;
    }

    /// <summary>The same, of other amounts.</summary>
    public SumUsage With(SourceAmounts amounts) => this with
    {
        Input = amounts.Input,
        Output = amounts.Output,
        CacheRead = amounts.CacheRead,
        CacheWrite = amounts.CacheWrite,
        CostUsd = amounts.CostUsd,
    };

    /// <summary>As its program's other work is compared with it.</summary>
    public SourceSum ToSum() => new(Key, From, Until, ModelName.Normalise(Model ?? ""), new(Input, Output, CacheRead, CacheWrite, CostUsd));

    /// <summary>Whether it is no more than a usage may state.</summary>
    public bool CanBeCounted()
    {
        var fault = new ItemFault();
        _ = (SourceUsage.TokensOf(Input, Output, CacheRead, CacheWrite, fault), SourceUsage.CostOf(CostUsd, fault));
        return fault.Reason is null;
    }
}

/// <summary>How far a running total has been counted.</summary>
/// <param name="Value">What it said.</param>
/// <param name="Until">When, by its program's clock (UTC).</param>
/// <param name="SeenAt">When it was received (UTC); null in what an earlier version remembered.</param>
/// <param name="BeganAgainAt">When it was last found to have begun again, by its program's clock (UTC); null for never.</param>
internal sealed record TotalMark(decimal Value, DateTimeOffset Until, DateTimeOffset? SeenAt = null, DateTimeOffset? BeganAgainAt = null);

/// <summary>Makes usages of running sums.</summary>
internal static class SumUsages
{
    // By their receipt: a program's clock may be off by years.
    private static readonly TimeSpan MarksKeptFor = TimeSpan.FromDays(31);

    // Each is read and written with every request of the process.
    private const int MaxMarks = 2_000;

    /// <summary>The usage of sums that each count what came since the one before: one for a model, so that tokens and money stay together.</summary>
    public static SumUsage? OfDeltas(SourceSums sums)
    {
        var points = sums.Points.Where(point => !point.IsCumulative).ToArray();
        return Add(sums.Model, points);
    }

    /// <summary>What running totals have grown by since they were last counted; it moves the marks.</summary>
    /// <param name="sums">What they say now.</param>
    /// <param name="marks">How far each has been counted.</param>
    /// <param name="now">The present (UTC).</param>
    /// <param name="refused">Counts those that are too many to remember.</param>
    public static SumUsage? OfTotals(SourceSums sums, Dictionary<string, TotalMark> marks, DateTimeOffset now, ref int refused)
    {
        var grown = new List<SumPoint>();
        foreach (var point in sums.Points.Where(point => point.IsCumulative).OrderBy(point => point.Until))
        {
            var mark = marks.GetValueOrDefault(point.Series);
            if (mark is null && marks.Count >= MaxMarks)
            {
                refused++;
                continue;
            }

            // One that is behind its mark was overtaken by a later one, unless it is higher: then a clock was set back. One that is after its mark and
            // lower has begun again, without saying so.
            var isBehind = point.Until <= mark?.Until;
            if (isBehind && (point.Value <= mark!.Value || point.Until <= mark.BeganAgainAt))
            {
                continue;
            }

            var beganAgain = point.Value < mark?.Value;
            var before = beganAgain ? 0 : mark?.Value ?? 0;
            if (point.Value != before)
            {
                grown.Add(point with { Value = point.Value - before, From = isBehind ? point.From : mark?.Until ?? point.From });
            }

            if (point.Value > 0 || mark is not null)
            {
                marks[point.Series] = new(point.Value, point.Until, now, beganAgain ? mark!.Until : mark?.BeganAgainAt);
            }
        }

        return Add(sums.Model, grown);
    }

    /// <summary>Why totals are refused that are too many.</summary>
    public static string TooMany { get; } = $"A process sends more than {MaxMarks:N0} running totals. Send delta temporality, or fewer attributes.";

    /// <summary>Leaves out marks of totals that nobody tells of any more.</summary>
    public static Dictionary<string, TotalMark> Kept(Dictionary<string, TotalMark> marks, DateTimeOffset now) =>
        marks.Where(mark => (mark.Value.SeenAt ?? mark.Value.Until) >= now - MarksKeptFor).ToDictionary();

    /// <summary>
    /// What of sums is to be counted: what single calls have not told. One that will be refused covers no time, so that calls may still tell of it.
    /// </summary>
    public static IEnumerable<SumUsage> Take(this SourceCoverage coverage, IReadOnlyList<SumUsage> usages)
    {
        SumUsage[] countable = [.. usages.Where(usage => usage.CanBeCounted())];
        var counted = coverage.TakeSums([.. countable.Select(usage => usage.ToSum())]);
        return usages.Where(usage => !countable.Contains(usage))
            .Concat(countable.Zip(counted).Where(pair => pair.Second is not null).Select(pair => pair.First.With(pair.Second!.Value)));
    }

    private static SumUsage? Add(string? model, IReadOnlyList<SumPoint> points)
    {
        if (points.All(point => point.Value == 0))
        {
            return null;
        }

        var cost = points.Where(point => point.Of == SummedClass.Cost).ToArray();
        var identity = string.Join('\n', points.Select(point => $"{point.Series} {point.From.UtcTicks} {point.Until.UtcTicks}").Order(StringComparer.Ordinal));
        return new(
            points.Min(point => point.From),
            points.Max(point => point.Until),
            $"sum\n{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))}",
            model,
            Of(SummedClass.Input),
            Of(SummedClass.Output),
            Of(SummedClass.CacheRead),
            Of(SummedClass.CacheWrite),
            cost.Length == 0 ? null : cost.Sum(point => point.Value));

        decimal Of(SummedClass tokens) => points.Where(point => point.Of == tokens).Sum(point => point.Value);
    }
}
