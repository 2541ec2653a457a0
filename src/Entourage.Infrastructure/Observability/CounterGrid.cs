using System.Diagnostics.Metrics;

namespace Entourage.Infrastructure.Observability;

/// <summary>
/// Sums by one or two labels that have few values. To add is to add to a number in memory; what a reader of the metrics needs is made
/// when it reads. Every series is there from the start, so that the first of something is seen as an increase.
/// </summary>
internal sealed class CounterGrid
{
    private readonly int columns;
    private readonly KeyValuePair<string, object?>[][] tags;
    private readonly long[] sums;

    // So far below the end of 64 bits that a few additions at once do not pass it.
    private const long Most = long.MaxValue / 2;

    public CounterGrid((string Name, IReadOnlyList<string> Values) label)
    {
        columns = 1;
        tags = [.. label.Values.Select(value => new[] { KeyValuePair.Create(label.Name, (object?)value) })];
        sums = new long[tags.Length];
    }

    public CounterGrid((string Name, IReadOnlyList<string> Values) rows, (string Name, IReadOnlyList<string> Values) columns)
    {
        this.columns = columns.Values.Count;
        tags =
        [
            .. from row in rows.Values
               from column in columns.Values
               select new[] { KeyValuePair.Create(rows.Name, (object?)row), KeyValuePair.Create(columns.Name, (object?)column) },
        ];
        sums = new long[tags.Length];
    }

    /// <summary>All sums.</summary>
    public IEnumerable<Measurement<long>> Read() => sums.Select((_, i) => new Measurement<long>(Volatile.Read(ref sums[i]), tags[i]));

    /// <summary>Adds to a sum, by the numbers of its labels' values. One that is about to leave 64 bits stays where it is: a counter never falls.</summary>
    public void Add(long amount, int row, int column = 0)
    {
        ref var sum = ref sums[(row * columns) + column];
        if (Volatile.Read(ref sum) <= Most)
        {
            Interlocked.Add(ref sum, amount);
        }
    }
}
