namespace Entourage.Application.Otlp;

/// <summary>What a batch of telemetry tells of usage, and what of it cannot be taken. It looks at nothing but the batch, and throws for no item.</summary>
public sealed class TelemetryParser
{
    private const int MaxReasons = 5;
    private const int MaxAncestors = 32;

    private readonly List<SourceUsage> usages = [];
    private readonly Dictionary<(UsageSource Source, string? Model), List<SumPoint>> sums = [];
    private readonly List<string> reasons = [];
    private readonly HashSet<UsageSource> sources = [];
    private readonly HashSet<(string Series, DateTimeOffset Until)> seen = [];
    private readonly HashSet<UsageSource> ended = [];
    private readonly Dictionary<(Guid? AgentId, string Reason), long> unread = [];
    private readonly Dictionary<string, string> parents = new(StringComparer.Ordinal);
    private readonly ItemFault fault = new();
    private readonly int mostSources;

    private TelemetryParser(int mostSources) => this.mostSources = mostSources;

    /// <summary>The usages of single calls.</summary>
    public IReadOnlyList<SourceUsage> Usages => usages;

    /// <summary>What running sums say.</summary>
    public IEnumerable<SourceSums> Sums => sums.Select(sum => new SourceSums(sum.Key.Source, sum.Key.Model, sum.Value));

    /// <summary>The sub-agents that have ended.</summary>
    public IReadOnlyCollection<UsageSource> Ended => ended;

    /// <summary>
    /// What carries usage in a form that is not read, by the agent that the items are of, with the reason and the number of items. It is refused unless
    /// the agent's usage has come in a form that is read.
    /// </summary>
    public IEnumerable<(Guid? AgentId, string Reason, long Count)> Unread => unread.Select(one => (one.Key.AgentId, one.Key.Reason, one.Value));

    /// <summary>How many items cannot be taken.</summary>
    public long Refused { get; private set; }

    /// <summary>Why, for a person; empty when all are taken.</summary>
    public string Reasons => string.Join(" ", reasons);

    /// <summary>Reads a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="callerAgentId">The agent that the caller acts for; null when it acts for none alone.</param>
    /// <param name="mostSources">Of how many programs' sessions it takes items: each is looked up, and perhaps opened.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static TelemetryParser Of(TelemetryBatch batch, Guid? callerAgentId, int mostSources, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var reading = new TelemetryParser(mostSources);
        foreach (var log in batch.Logs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            reading.fault.Clear();
            reading.Note(ClaudeCodeTelemetry.ReadEnded(log, callerAgentId, reading.fault));
            reading.Add(ClaudeCodeTelemetry.Is(log) ? ClaudeCodeTelemetry.Read(log, callerAgentId, reading.fault)
                : CodexTelemetry.Is(log) ? CodexTelemetry.Read(log, callerAgentId, reading.fault)
                : GeminiCliTelemetry.Is(log) ? GeminiCliTelemetry.Read(log, callerAgentId, reading.fault)
                : GenAiTelemetry.Read(log, callerAgentId, reading.fault));
        }

        foreach (var span in batch.Spans)
        {
            cancellationToken.ThrowIfCancellationRequested();
            reading.fault.Clear();
            if (span.ParentId.Length > 0)
            {
                reading.parents[span.SpanId] = span.ParentId;
            }

            if (CodexTelemetry.Repeats(span))
            {
                reading.NoteUnread(span.Origin, span.Attributes, callerAgentId, CodexTelemetry.SpansAreNotRead);
                continue;
            }

            reading.Add(ClaudeCodeTelemetry.Is(span) ? ClaudeCodeTelemetry.Read(span, callerAgentId, reading.fault)
                : OpenInferenceTelemetry.Is(span) ? OpenInferenceTelemetry.Read(span, callerAgentId, reading.fault)
                : GenAiTelemetry.Read(span, callerAgentId, reading.fault));
        }

        foreach (var point in batch.Points)
        {
            cancellationToken.ThrowIfCancellationRequested();
            reading.fault.Clear();
            reading.Read(point, callerAgentId);
        }

        reading.LookAbove();
        return reading;
    }

    /// <summary>Notes that items cannot be taken.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many.</param>
    public void Refuse(string reason, long count = 1)
    {
        Refused += count;
        if (reasons.Count < MaxReasons && !reasons.Contains(reason))
        {
            reasons.Add(reason);
        }
    }

    private void Add(SourceUsage? usage)
    {
        if (fault.Reason is { } reason)
        {
            Refuse(reason);
        }
        else if (usage is not null && Knows(usage.Source))
        {
            usages.Add(usage);
        }
    }

    private void Note(UsageSource? subAgent)
    {
        if (subAgent is not null && Knows(subAgent))
        {
            ended.Add(subAgent);
        }
    }

    private void NoteUnread(TelemetryOrigin origin, TelemetryAttributes attributes, Guid? callerAgentId, string reason)
    {
        var key = (UsageSource.Of(origin, attributes, callerAgentId, new())?.AgentId, reason);
        unread[key] = unread.GetValueOrDefault(key) + 1;
    }

    // A span that others are in which report usage is the sum of these, and adds nothing. Those of other agents are none of its business.
    private void LookAbove()
    {
        var wholes = new HashSet<(Guid?, long?, string)>();
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
                wholes.UnionWith(above.Select(span => KeyOf(usage, span)));
                usages[i] = usage with { SpansAbove = above };
            }
        }

        if (withUsage.Count == 0)
        {
            return;
        }

        usages.RemoveAll(usage => !usage.IsCall && usage.SpanId.Length > 0 && wholes.Contains(KeyOf(usage, usage.SpanId)));
        LookBelow(withUsage);

        static (Guid?, long?, string) KeyOf(SourceUsage usage, string span) => (usage.Source.AgentId, usage.Source.SessionId, span);
    }

    // A span without usage may come after the calls below it: then it tells whose sum it is in.
    private void LookBelow(HashSet<string> withUsage)
    {
        var below = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var span in parents.Keys.Where(span => !withUsage.Contains(span)))
        {
            if (SpansAbove(span).Find(withUsage.Contains) is { } whole)
            {
                below.TryAdd(whole, []);
                if (below[whole].Count < MaxAncestors)
                {
                    below[whole].Add(span);
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

    private void Read(TelemetryPoint point, Guid? callerAgentId)
    {
        var unreadReason = point.Metric == GenAiTelemetry.TokenMetric ? GenAiTelemetry.MetricIsNotRead
            : point.Metric == GeminiCliTelemetry.TokenMetric ? GeminiCliTelemetry.MetricIsNotRead
            : point.Metric == CodexTelemetry.TokenMetric ? CodexTelemetry.MetricIsNotRead
            : null;
        if (unreadReason is not null)
        {
            NoteUnread(point.Origin, point.Attributes, callerAgentId, unreadReason);
            return;
        }

        if (!ClaudeCodeTelemetry.Is(point))
        {
            return;
        }

        if (UsageSource.Of(point.Origin, point.Attributes, callerAgentId, fault) is not { } source
            || ClaudeCodeTelemetry.ReadPoint(point, fault) is not { } read)
        {
            Refuse(fault.Reason!);
            return;
        }

        if (!Knows(source))
        {
            return;
        }

        var key = (source, SourceUsage.ModelOf(point.Attributes.Text("model")));
        if (!sums.TryGetValue(key, out var points))
        {
            sums[key] = points = [];
        }

        // The same point twice in a request is one. Its series says whose it is.
        if (seen.Add((read.Series, read.Until)))
        {
            points.Add(read);
        }
    }

    private bool Knows(UsageSource source)
    {
        if (sources.Contains(source))
        {
            return true;
        }

        if (sources.Count < mostSources)
        {
            return sources.Add(source);
        }

        Refuse($"The request tells of more than {mostSources:N0} sessions (Limits:TelemetrySources). Send fewer at once.");
        return false;
    }
}
