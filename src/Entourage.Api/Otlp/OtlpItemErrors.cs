using Entourage.Application.Otlp;

namespace Entourage.Api.Otlp;

/// <summary>Counts the items of a request that are not valid OTLP. They are rejected, and the others are accepted.</summary>
internal sealed class OtlpItemErrors
{
    // Bounds the size of the answer.
    private const int MaxReasons = 5;

    private readonly Dictionary<string, long> counts = [];

    public long Count { get; private set; }

    /// <summary>Adds an item.</summary>
    /// <param name="reason">The reason, for people. Must not contain text from the request.</param>
    public void Add(string reason)
    {
        Count++;
        if (counts.Count < MaxReasons || counts.ContainsKey(reason))
        {
            counts[reason] = counts.GetValueOrDefault(reason) + 1;
        }
    }

    /// <summary>Reports the items as rejected.</summary>
    public void ReportTo(ParsedTelemetry telemetry)
    {
        var others = Count;
        foreach (var (reason, count) in counts)
        {
            telemetry.Refuse(reason, count);
            others -= count;
        }

        if (others > 0)
        {
            telemetry.Refuse(counts.Keys.First(), others);
        }
    }
}
