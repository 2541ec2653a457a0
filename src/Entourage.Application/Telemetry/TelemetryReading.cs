using Entourage.Application.Errors;

namespace Entourage.Application.Telemetry;

/// <summary>What a batch of telemetry tells of usage, and what of it cannot be taken. It looks at nothing but the batch.</summary>
public sealed class TelemetryReading
{
    private const int GreatestReasons = 5;

    private readonly List<SourceUsage> usages = [];
    private readonly Dictionary<(UsageSource Source, string? Model), List<SumPoint>> sums = [];
    private readonly List<string> reasons = [];

    private TelemetryReading()
    {
    }

    /// <summary>The usages of single calls.</summary>
    public IReadOnlyList<SourceUsage> Usages => usages;

    /// <summary>What running sums say.</summary>
    public IEnumerable<SourceSums> Sums => sums.Select(sum => new SourceSums(sum.Key.Source, sum.Key.Model, sum.Value));

    /// <summary>How many items cannot be taken.</summary>
    public long Refused { get; private set; }

    /// <summary>Why, for a person; empty when all are taken.</summary>
    public string Reasons => string.Join(" ", reasons);

    /// <summary>Reads a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="callerAgentId">The agent that the caller acts for; null when it acts for none alone.</param>
    public static TelemetryReading Of(TelemetryBatch batch, Guid? callerAgentId)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var reading = new TelemetryReading();
        foreach (var log in batch.Logs)
        {
            reading.Read(() => ClaudeCodeTelemetry.Is(log) ? ClaudeCodeTelemetry.Read(log, callerAgentId) : GenAiTelemetry.Read(log, callerAgentId));
        }

        foreach (var span in batch.Spans)
        {
            reading.Read(() => ClaudeCodeTelemetry.Is(span) ? ClaudeCodeTelemetry.Read(span, callerAgentId) : GenAiTelemetry.Read(span, callerAgentId));
        }

        foreach (var point in batch.Points)
        {
            reading.Read(point, callerAgentId);
        }

        return reading;
    }

    /// <summary>Notes that items cannot be taken.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many.</param>
    public void Refuse(string reason, long count = 1)
    {
        Refused += count;
        if (reasons.Count < GreatestReasons && !reasons.Contains(reason))
        {
            reasons.Add(reason);
        }
    }

    private void Read(Func<SourceUsage?> read)
    {
        try
        {
            if (read() is { } usage)
            {
                usages.Add(usage);
            }
        }
        catch (InvalidInputException refusal)
        {
            Refuse(refusal.Message);
        }
    }

    private void Read(TelemetryPoint point, Guid? callerAgentId)
    {
        if (point.Metric == GenAiTelemetry.TokenMetric)
        {
            Refuse($"'{point.Metric}' is not counted, since it does not say which call it was: send spans.");
            return;
        }

        if (!ClaudeCodeTelemetry.Is(point))
        {
            return;
        }

        try
        {
            var key = (UsageSource.Of(point.Origin, point.Attributes, callerAgentId), SourceUsage.ModelOf(point.Attributes.Text("model")));
            var read = ClaudeCodeTelemetry.ReadPoint(point);
            if (!sums.TryGetValue(key, out var points))
            {
                sums[key] = points = [];
            }

            // The same point twice in a request is one.
            if (!points.Exists(other => other.Series == read.Series && other.Until == read.Until))
            {
                points.Add(read);
            }
        }
        catch (InvalidInputException refusal)
        {
            Refuse(refusal.Message);
        }
    }
}
