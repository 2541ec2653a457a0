using System.Diagnostics.Metrics;

namespace Entourage.Infrastructure.Observability;

/// <summary>
/// Counters by one or two labels with few values. Adding changes a number in memory, and measurements are created when they are read.
/// Every series exists from the start, so that the first event shows as an increase.
/// </summary>
internal sealed class CounterGrid
{
    private readonly int columns;
    private readonly KeyValuePair<string, object?>[][] tags;
    private readonly long[] sums;

    // Far enough below the maximum that a few concurrent additions cannot overflow.
    private const long Max = long.MaxValue / 2;

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

    /// <summary>Reads all counters.</summary>
    public IEnumerable<Measurement<long>> Read() => sums.Select((_, i) => new Measurement<long>(Volatile.Read(ref sums[i]), tags[i]));

    /// <summary>Adds to a counter, by the indexes of its labels' values. A counter near the 64-bit limit stays there, because it must never decrease.</summary>
    public void Add(long amount, int row, int column = 0)
    {
        ref var sum = ref sums[(row * columns) + column];
        if (Volatile.Read(ref sum) <= Max)
        {
            Interlocked.Add(ref sum, amount);
        }
    }
}
