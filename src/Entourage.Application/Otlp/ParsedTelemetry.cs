using Entourage.Domain.Labels;

namespace Entourage.Application.Otlp;

/// <summary>
/// The usage that a batch of telemetry reports, and the reasons for rejected items. Parsing needs only the batch, and throws for no item.
/// </summary>
public sealed class ParsedTelemetry
{
    private const int MaxReasons = 5;
    private const int MaxAncestors = 32;

    private readonly List<SourceUsage> usages = [];
    private readonly Dictionary<(UsageSource Source, string? Model), List<SumPoint>> sums = [];
    private readonly List<string> reasons = [];
    private readonly HashSet<UsageSource> sources = [];
    private readonly HashSet<(string Series, DateTimeOffset Until)> seen = [];
    private readonly HashSet<UsageSource> ended = [];
    private readonly Dictionary<(Guid? AgentId, string Reason), long> unsupported = [];
    private readonly Dictionary<string, string> parents = new(StringComparer.Ordinal);
    private readonly ItemRejection rejection = new();
    private readonly Dictionary<(UsageSource Source, string? Model), (LabelSet OfPoints, LabelSet OfResource)> labelsOfSums = [];
    private readonly int maxSources;
    private readonly TelemetryLabels labels;
    private (TelemetryAttributes Resource, LabelSet Labels) lastResource = (TelemetryAttributes.None, LabelSet.None);

    private ParsedTelemetry(int maxSources, TelemetryLabels labels) => (this.maxSources, this.labels) = (maxSources, labels);

    /// <summary>The usages of single calls.</summary>
    internal IReadOnlyList<SourceUsage> Usages => usages;

    /// <summary>The running sums.</summary>
    internal IEnumerable<SourceSums> Sums => sums.Select(sum => new SourceSums(sum.Key.Source, sum.Key.Model, sum.Value)
    {
        Labels = labelsOfSums[sum.Key].OfPoints,
        ResourceLabels = labelsOfSums[sum.Key].OfResource,
    });

    /// <summary>The sub-agents that ended.</summary>
    internal IReadOnlyCollection<UsageSource> Ended => ended;

    /// <summary>
    /// Items that carry usage in an unsupported form, by agent, with the reason and the number of items. They are rejected unless the agent's usage
    /// also arrives in a supported form.
    /// </summary>
    internal IEnumerable<(Guid? AgentId, string Reason, long Count)> Unsupported => unsupported.Select(one => (one.Key.AgentId, one.Key.Reason, one.Value));

    /// <summary>The number of rejected items.</summary>
    public long Refused { get; private set; }

    /// <summary>The reasons for rejections, in plain words; empty if there were none.</summary>
    public string Reasons => string.Join(" ", reasons);

    /// <summary>Parses a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="callerAgentId">The agent of the caller; null if the caller does not act for a single agent.</param>
    /// <param name="maxSources">The most program sessions to accept. Each of them is looked up, and possibly opened.</param>
    /// <param name="labels">The attributes that become labels.</param>
    /// <param name="cancellationToken">Cancels the parsing.</param>
    public static ParsedTelemetry Parse(
        TelemetryBatch batch, Guid? callerAgentId, int maxSources, TelemetryLabels labels, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var parsed = new ParsedTelemetry(maxSources, labels);
        foreach (var log in batch.Logs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            parsed.rejection.Clear();
            parsed.AddEnded(ClaudeCodeTelemetry.ReadEnded(log, callerAgentId, parsed.rejection));
            parsed.Add(ClaudeCodeTelemetry.Is(log) ? ClaudeCodeTelemetry.Read(log, callerAgentId, parsed.rejection)
                : CodexTelemetry.Is(log) ? CodexTelemetry.Read(log, callerAgentId, parsed.rejection)
                : GeminiCliTelemetry.Is(log) ? GeminiCliTelemetry.Read(log, callerAgentId, parsed.rejection)
                : GenAiTelemetry.Read(log, callerAgentId, parsed.rejection), log.Origin, log.Attributes);
        }

        foreach (var span in batch.Spans)
        {
            cancellationToken.ThrowIfCancellationRequested();
            parsed.rejection.Clear();
            if (span.ParentId.Length > 0)
            {
                parsed.parents[span.SpanId] = span.ParentId;
            }

            if (CodexTelemetry.Repeats(span))
            {
                parsed.AddUnsupported(span.Origin, span.Attributes, callerAgentId, CodexTelemetry.SpansNotCounted);
                continue;
            }

            parsed.Add(ClaudeCodeTelemetry.Is(span) ? ClaudeCodeTelemetry.Read(span, callerAgentId, parsed.rejection)
                : OpenInferenceTelemetry.Is(span) ? OpenInferenceTelemetry.Read(span, callerAgentId, parsed.rejection)
                : GenAiTelemetry.Read(span, callerAgentId, parsed.rejection), span.Origin, span.Attributes);
        }

        foreach (var point in batch.Points)
        {
            cancellationToken.ThrowIfCancellationRequested();
            parsed.rejection.Clear();
            parsed.Add(point, callerAgentId);
        }

        parsed.ResolveAncestors();
        return parsed;
    }

    /// <summary>Counts rejected items.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="count">The number of items.</param>
    public void Refuse(string reason, long count = 1)
    {
        Refused += count;
        if (reasons.Count < MaxReasons && !reasons.Contains(reason))
        {
            reasons.Add(reason);
        }
    }

    private void Add(SourceUsage? usage, TelemetryOrigin origin, TelemetryAttributes attributes)
    {
        if (rejection.Reason is { } reason)
        {
            Refuse(reason);
        }
        else if (usage is not null && Accepts(usage.Source))
        {
            usages.Add(usage with { Labels = labels.Read(origin.Resource, attributes), ResourceLabels = LabelsOf(origin.Resource) });
        }
    }

    private void AddEnded(UsageSource? subAgent)
    {
        if (subAgent is not null && Accepts(subAgent))
        {
            ended.Add(subAgent);
        }
    }

    private void AddUnsupported(TelemetryOrigin origin, TelemetryAttributes attributes, Guid? callerAgentId, string reason)
    {
        var key = (UsageSource.Of(origin, attributes, callerAgentId, new())?.AgentId, reason);
        unsupported[key] = unsupported.GetValueOrDefault(key) + 1;
    }

    // A span whose descendants report usage is the sum of these, and adds nothing. Spans of other agents are not part of that sum.
    private void ResolveAncestors()
    {
        var totals = new HashSet<(Guid?, long?, string)>();
        var withUsage = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < usages.Count; i++)
        {
            if (usages[i] is not { Tokens.Counts.OfAllClasses: > 0, SpanId.Length: > 0 } usage)
            {
                continue;
            }

            withUsage.Add(usage.SpanId);
            if (parents.ContainsKey(usage.SpanId))
            {
                var above = SpansAbove(usage.SpanId);
                totals.UnionWith(above.Select(span => KeyOf(usage, span)));
                usages[i] = usage with { SpansAbove = above };
            }
        }

        if (withUsage.Count == 0)
        {
            return;
        }

        usages.RemoveAll(usage => !usage.IsCall && usage.SpanId.Length > 0 && totals.Contains(KeyOf(usage, usage.SpanId)));
        LinkDescendants(withUsage);

        static (Guid?, long?, string) KeyOf(SourceUsage usage, string span) => (usage.Source.AgentId, usage.Source.SessionId, span);
    }

    // A span without usage can arrive after the calls below it. It then shows which sum contains them.
    private void LinkDescendants(HashSet<string> withUsage)
    {
        var below = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var span in parents.Keys.Where(span => !withUsage.Contains(span)))
        {
            if (SpansAbove(span).Find(withUsage.Contains) is { } total)
            {
                below.TryAdd(total, []);
                if (below[total].Count < MaxAncestors)
                {
                    below[total].Add(span);
                }
            }
        }

        for (var i = 0; i < usages.Count && below.Count > 0; i++)
        {
            if (!usages[i].IsCall && below.TryGetValue(usages[i].SpanId, out var spans))
            {
                usages[i] = usages[i] with { SpansBelow = spans };
            }
        }
    }

    private List<string> SpansAbove(string spanId)
    {
        var above = new List<string>();
        for (var span = spanId; above.Count < MaxAncestors && parents.TryGetValue(span, out var parent) && parent != spanId && !above.Contains(parent); span = parent)
        {
            above.Add(parent);
        }

        return above;
    }

    private void Add(TelemetryPoint point, Guid? callerAgentId)
    {
        var unsupportedReason = point.Metric == GenAiTelemetry.TokenMetric ? GenAiTelemetry.MetricNotCounted
            : point.Metric == GeminiCliTelemetry.TokenMetric ? GeminiCliTelemetry.MetricNotCounted
            : point.Metric == CodexTelemetry.TokenMetric ? CodexTelemetry.MetricNotCounted
            : null;
        if (unsupportedReason is not null)
        {
            AddUnsupported(point.Origin, point.Attributes, callerAgentId, unsupportedReason);
            return;
        }

        if (!ClaudeCodeTelemetry.Is(point))
        {
            return;
        }

        if (UsageSource.Of(point.Origin, point.Attributes, callerAgentId, rejection) is not { } source
            || ClaudeCodeTelemetry.ReadPoint(point, rejection) is not { } read)
        {
            Refuse(rejection.Reason!);
            return;
        }

        if (!Accepts(source))
        {
            return;
        }

        var key = (source, SourceUsage.ModelOf(point.Attributes.Text("model")));
        var ofPoint = labels.Read(point.Origin.Resource, point.Attributes);
        if (!sums.TryGetValue(key, out var points))
        {
            sums[key] = points = [];
            labelsOfSums[key] = (ofPoint, LabelsOf(point.Origin.Resource));
        }

        // The points become one usage, so that its tokens and its cost belong together.
        labelsOfSums[key] = (labelsOfSums[key].OfPoints.CommonWith(ofPoint), labelsOfSums[key].OfResource);

        // A point that occurs twice in a request counts once. Its series identifies the source.
        if (seen.Add((read.Series, read.Until)))
        {
            points.Add(read);
        }
    }

    // Remembers those of the last resource, because its items are adjacent.
    private LabelSet LabelsOf(TelemetryAttributes resource)
    {
        if (!ReferenceEquals(resource, lastResource.Resource))
        {
            lastResource = (resource, labels.Read(resource, TelemetryAttributes.None));
        }

        return lastResource.Labels;
    }

    private bool Accepts(UsageSource source)
    {
        if (sources.Contains(source))
        {
            return true;
        }

        if (sources.Count < maxSources)
        {
            return sources.Add(source);
        }

        Refuse($"A request may report usage of at most {maxSources:N0} sessions (Limits:TelemetrySources). Send fewer at once.");
        return false;
    }
}
