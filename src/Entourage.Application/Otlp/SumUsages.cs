using System.Security.Cryptography;
using System.Text;
using Entourage.Domain.Labels;
using Entourage.Domain.Otlp;
using Entourage.Domain.Prices;

namespace Entourage.Application.Otlp;

/// <summary>A usage derived from running sums.</summary>
/// <param name="From">The start of its time (UTC).</param>
/// <param name="Until">The end of its time (UTC).</param>
/// <param name="Key">The key by which it is counted once.</param>
/// <param name="Model">The model, if known.</param>
/// <param name="Input">Input tokens.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="CacheRead">Cache-read tokens.</param>
/// <param name="CacheWrite">Cache-write tokens.</param>
/// <param name="CostUsd">The cost (USD); null if no sum of cost was reported.</param>
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
    /// <summary>The text of its labels; empty for none.</summary>
    public string Labels { get; init; } = "";

    /// <summary>Converts it to a usage; null if it exceeds what one usage may state.</summary>
    /// <param name="source">The origin of the usage.</param>
    /// <param name="rejection">Receives the reason if the result is null.</param>
    public SourceUsage? ToUsage(UsageSource source, ItemRejection rejection)
    {
        var tokens = SourceUsage.TokensOf(Input, Output, CacheRead, CacheWrite, rejection);
        var cost = SourceUsage.CostOf(CostUsd, rejection);
        return rejection.Reason is null ? new(source, Key, Until, Model, new(tokens, IsSum: true), cost, Error: null, HasSums: true) { Labels = LabelSet.Parse(Labels) } : null;
    }

    /// <summary>Returns a copy with other amounts.</summary>
    public SumUsage With(SourceAmounts amounts) => this with
    {
        Input = amounts.Input,
        Output = amounts.Output,
        CacheRead = amounts.CacheRead,
        CacheWrite = amounts.CacheWrite,
        CostUsd = amounts.CostUsd,
    };

    /// <summary>Converts it for the comparison with single calls of the same program.</summary>
    public SourceSum ToSum() => new(Key, From, Until, ModelName.Normalise(Model ?? ""), new(Input, Output, CacheRead, CacheWrite, CostUsd));

    /// <summary>Whether it is within the limits of one usage.</summary>
    public bool CanBeCounted()
    {
        var rejection = new ItemRejection();
        _ = (SourceUsage.TokensOf(Input, Output, CacheRead, CacheWrite, rejection), SourceUsage.CostOf(CostUsd, rejection));
        return rejection.Reason is null;
    }
}

/// <summary>The last counted state of a running total.</summary>
/// <param name="Value">The counted value.</param>
/// <param name="Until">Its time, by the program's clock (UTC).</param>
/// <param name="SeenAt">When it was received (UTC); null in state stored by earlier versions.</param>
/// <param name="BeganAgainAt">When the total last restarted, by the program's clock (UTC); null for never.</param>
internal sealed record CountedTotal(decimal Value, DateTimeOffset Until, DateTimeOffset? SeenAt = null, DateTimeOffset? BeganAgainAt = null);

/// <summary>Derives usages from running sums.</summary>
internal static class SumUsages
{
    // By the time of receipt, because a program's clock can be off by years.
    private static readonly TimeSpan Retention = TimeSpan.FromDays(31);

    // All of them are read and written with every request of the process.
    private const int MaxTotals = 2_000;

    /// <summary>Derives the usage of sums with delta temporality. All sums of a model become one usage, which keeps tokens and cost together.</summary>
    public static SumUsage? OfDeltas(SourceSums sums)
    {
        var points = sums.Points.Where(point => !point.IsCumulative).ToArray();
        return Add(sums, points);
    }

    /// <summary>Derives the growth of running totals since they were last counted, and updates their counted state.</summary>
    /// <param name="sums">The current points.</param>
    /// <param name="counted">The counted state by series.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="refused">Incremented for each total beyond the limit of a process.</param>
    public static SumUsage? OfTotals(SourceSums sums, Dictionary<string, CountedTotal> counted, DateTimeOffset now, ref int refused)
    {
        var grown = new List<SumPoint>();
        foreach (var point in sums.Points.Where(point => point.IsCumulative).OrderBy(point => point.Until))
        {
            var last = counted.GetValueOrDefault(point.Series);
            if (last is null && counted.Count >= MaxTotals)
            {
                refused++;
                continue;
            }

            // A point before the last counted one was overtaken by it, unless it is higher, which means that a clock was set back. A later point with
            // a lower value means that the total restarted without saying so.
            var isBehind = point.Until <= last?.Until;
            if (isBehind && (point.Value <= last!.Value || point.Until <= last.BeganAgainAt))
            {
                continue;
            }

            var restarted = point.Value < last?.Value;
            var before = restarted ? 0 : last?.Value ?? 0;
            if (point.Value != before)
            {
                grown.Add(point with { Value = point.Value - before, From = isBehind ? point.From : last?.Until ?? point.From });
            }

            if (point.Value > 0 || last is not null)
            {
                counted[point.Series] = new(point.Value, point.Until, now, restarted ? last!.Until : last?.BeganAgainAt);
            }
        }

        return Add(sums, grown);
    }

    /// <summary>The message for totals beyond the limit.</summary>
    public static string TooManyTotals { get; } = $"A process may send at most {MaxTotals:N0} running totals. Use delta temporality or fewer attributes.";

    /// <summary>Drops totals that have not been reported for 31 days.</summary>
    public static Dictionary<string, CountedTotal> DropStale(Dictionary<string, CountedTotal> counted, DateTimeOffset now) =>
        counted.Where(total => (total.Value.SeenAt ?? total.Value.Until) >= now - Retention).ToDictionary();

    /// <summary>
    /// Takes the part of sums that single calls have not counted. A sum that will be rejected covers no time, so that calls can still report it.
    /// </summary>
    public static IEnumerable<SumUsage> Take(this SourceCoverage coverage, IReadOnlyList<SumUsage> usages)
    {
        SumUsage[] countable = [.. usages.Where(usage => usage.CanBeCounted())];
        var counted = coverage.TakeSums([.. countable.Select(usage => usage.ToSum())]);
        return usages.Where(usage => !countable.Contains(usage))
            .Concat(countable.Zip(counted).Where(pair => pair.Second is not null).Select(pair => pair.First.With(pair.Second!.Value)));
    }

    private static SumUsage? Add(SourceSums sums, IReadOnlyList<SumPoint> points)
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
            sums.Model,
            Of(SummedClass.Input),
            Of(SummedClass.Output),
            Of(SummedClass.CacheRead),
            Of(SummedClass.CacheWrite),
            cost.Length == 0 ? null : cost.Sum(point => point.Value))
        {
            Labels = sums.Labels.Text,
        };

        decimal Of(SummedClass tokens) => points.Where(point => point.Of == tokens).Sum(point => point.Value);
    }
}
