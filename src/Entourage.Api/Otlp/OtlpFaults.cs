using Entourage.Application.Otlp;

namespace Entourage.Api.Otlp;

/// <summary>The items of a request that are not what the protocol says. They are refused, and the others taken.</summary>
internal sealed class OtlpFaults
{
    // Whoever sends nothing but nonsense needs no more of it said, and each reason is a text of its own at most once.
    private const int MaxReasons = 5;

    private readonly Dictionary<string, long> counts = [];

    /// <summary>How many items there are.</summary>
    public long Count { get; private set; }

    /// <summary>Notes an item.</summary>
    /// <param name="reason">What is wrong with it, for a person; no text of the request.</param>
    public void Add(string reason)
    {
        Count++;
        if (counts.Count < MaxReasons || counts.ContainsKey(reason))
        {
            counts[reason] = counts.GetValueOrDefault(reason) + 1;
        }
    }

    /// <summary>Has them refused.</summary>
    public void RefuseIn(ParsedTelemetry reading)
    {
        var others = Count;
        foreach (var (reason, count) in counts)
        {
            reading.Refuse(reason, count);
            others -= count;
        }

        if (others > 0)
        {
            reading.Refuse(counts.Keys.First(), others);
        }
    }
}
