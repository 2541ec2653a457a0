using System.Globalization;

namespace Entourage.Domain.Telemetry;

/// <summary>
/// Which times of a source are counted by its single calls, and which by its sums. A program may send both, in any order, and they say
/// the same: each instant is counted in the one form that was there first. Sums cover the time from which on they add up, exclusive,
/// until the time that they speak of.
/// </summary>
public sealed class SourceCoverage
{
    /// <summary>The most stretches of time remembered of each form; the oldest ones grow together beyond that.</summary>
    public const int GreatestCount = 100;

    /// <summary>Calls no further apart are one stretch of work, unless sums were counted between them.</summary>
    public static readonly TimeSpan GreatestGap = TimeSpan.FromMinutes(1);

    private readonly List<Stretch> calls;
    private readonly List<Stretch> sums;

    private SourceCoverage(List<Stretch> calls, List<Stretch> sums) => (this.calls, this.sums) = (calls, sums);

    /// <summary>Reads what <see cref="ToString"/> wrote; an empty text is a source that nothing was counted of.</summary>
    public static SourceCoverage Parse(string text)
    {
        var forms = text.Split(';');
        return new(Stretches(forms[0]), Stretches(forms.Length > 1 ? forms[1] : ""));

        static List<Stretch> Stretches(string form) => [.. form.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Stretch.Parse)];
    }

    /// <summary>Whether a call is to be counted, which it is then from now on: unless sums have counted it.</summary>
    /// <param name="at">When it ended (UTC).</param>
    public bool TakeCall(DateTimeOffset at)
    {
        var instant = at.UtcTicks;
        if (sums.Exists(sum => sum.From < instant && instant <= sum.Until))
        {
            return false;
        }

        var near = calls.FindIndex(stretch => instant >= stretch.From - GreatestGap.Ticks && instant <= stretch.Until + GreatestGap.Ticks);
        var joined = near < 0 ? new Stretch(instant, instant) : calls[near].With(new(instant, instant));
        if (near < 0 || sums.Exists(sum => Overlaps(joined, sum)))
        {
            Add(calls, new(instant, instant));
        }
        else
        {
            calls[near] = joined;
        }

        return true;
    }

    /// <summary>Whether a sum is to be counted, which it is then from now on: unless calls have counted some of it.</summary>
    /// <param name="from">From when on it adds up (UTC).</param>
    /// <param name="until">Until when (UTC).</param>
    public bool TakeSum(DateTimeOffset from, DateTimeOffset until)
    {
        var taken = new Stretch(from.UtcTicks, until.UtcTicks);
        if (sums.Exists(sum => sum.From <= taken.From && taken.Until <= sum.Until))
        {
            return true;
        }

        if (calls.Exists(stretch => Overlaps(stretch, taken)))
        {
            return false;
        }

        foreach (var touched in sums.FindAll(sum => sum.From <= taken.Until && taken.From <= sum.Until))
        {
            taken = taken.With(touched);
            sums.Remove(touched);
        }

        Add(sums, taken);
        return true;
    }

    /// <summary>A text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => $"{string.Join(',', calls)};{string.Join(',', sums)}";

    // What calls reach includes both ends; a sum begins after its first instant.
    private static bool Overlaps(Stretch calls, Stretch sum) => calls.Until > sum.From && calls.From <= sum.Until;

    private static void Add(List<Stretch> stretches, Stretch added)
    {
        stretches.Add(added);
        stretches.Sort();
        if (stretches.Count > GreatestCount)
        {
            stretches[0] = stretches[0].With(stretches[1]);
            stretches.RemoveAt(1);
        }
    }

    private readonly record struct Stretch(long From, long Until) : IComparable<Stretch>
    {
        public static Stretch Parse(string text)
        {
            var ends = text.Split('-');
            return new(long.Parse(ends[0], CultureInfo.InvariantCulture), long.Parse(ends[1], CultureInfo.InvariantCulture));
        }

        public Stretch With(Stretch other) => new(Math.Min(From, other.From), Math.Max(Until, other.Until));

        public int CompareTo(Stretch other) => (From, Until).CompareTo((other.From, other.Until));

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From}-{Until}");
    }
}
