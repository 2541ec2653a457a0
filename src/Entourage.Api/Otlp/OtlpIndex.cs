using Entourage.Api.Errors;
using Entourage.Api.Startup;

namespace Entourage.Api.Otlp;

/// <summary>A part of a body.</summary>
/// <param name="Start">The start, in bytes.</param>
/// <param name="Length">The length, in bytes; 0 for an absent part.</param>
internal readonly record struct Slice(int Start, int Length);

/// <summary>The kind of data of a metric.</summary>
internal enum MetricForm
{
    Sum,
    Gauge,
    Histogram,
}

/// <summary>A metric without its points.</summary>
/// <param name="Scope">The index of its scope.</param>
/// <param name="Form">The kind of data.</param>
internal sealed record MetricHead(int Scope, MetricForm Form)
{
    public string Name { get; set; } = "";

    /// <summary>The aggregation temporality of a sum, as an OTLP enum value.</summary>
    public int Temporality { get; set; }

    public bool IsMonotonic { get; set; }
}

/// <summary>
/// The positions of the parts of a telemetry request in its body. The index is built first, and stops if there are more parts than allowed.
/// The contents of the parts are then read one at a time.
/// </summary>
internal sealed class OtlpIndex(ApiLimits limits, CancellationToken cancellationToken)
{
    private readonly List<Slice> resources = [];
    private readonly List<(int Resource, Slice Scope)> scopes = [];
    private readonly List<MetricHead> metrics = [];
    private readonly List<(int Parent, Slice Item)> items = [];
    private int values;

    /// <summary>The resources. A resource without a description has length 0.</summary>
    public IReadOnlyList<Slice> Resources => resources;

    /// <summary>The scopes, each with the index of its resource.</summary>
    public IReadOnlyList<(int Resource, Slice Scope)> Scopes => scopes;

    public IReadOnlyList<MetricHead> Metrics => metrics;

    /// <summary>The log records, spans or points, each with the index of its scope or metric.</summary>
    public IReadOnlyList<(int Parent, Slice Item)> Items => items;

    /// <summary>Adds a resource. Its description may follow.</summary>
    /// <returns>Its index.</returns>
    public int AddResource()
    {
        CountGroup();
        resources.Add(default);
        return resources.Count - 1;
    }

    public void DescribeResource(int resource, Slice description) => resources[resource] = description;

    /// <summary>Adds a scope. Its description may follow.</summary>
    /// <returns>Its index.</returns>
    public int AddScope(int resource)
    {
        CountGroup();
        scopes.Add((resource, default));
        return scopes.Count - 1;
    }

    public void DescribeScope(int scope, Slice description) => scopes[scope] = (scopes[scope].Resource, description);

    /// <summary>Adds the data of a metric.</summary>
    /// <returns>Its index.</returns>
    public int AddMetric(int scope, MetricForm form)
    {
        CountGroup();
        metrics.Add(new(scope, form));
        return metrics.Count - 1;
    }

    /// <summary>Adds a log record, span or point.</summary>
    public void AddItem(int parent, Slice item)
    {
        if (items.Count == limits.TelemetryItems)
        {
            throw TooMany("log records, spans or data points", limits.TelemetryItems, nameof(ApiLimits.TelemetryItems));
        }

        cancellationToken.ThrowIfCancellationRequested();
        items.Add((parent, item));
    }

    /// <summary>Counts an attribute.</summary>
    /// <param name="countInItem">The number of attributes of its item so far, including this one.</param>
    public void CountAttribute(int countInItem)
    {
        CheckAttributeCount(countInItem, limits);
        if (++values > limits.TelemetryValues)
        {
            throw TooManyValues(limits);
        }
    }

    /// <exception cref="BodyLimitException">The item has too many attributes.</exception>
    public static void CheckAttributeCount(int count, ApiLimits limits)
    {
        if (count > limits.TelemetryItemAttributes)
        {
            throw TooMany("attributes in one item", limits.TelemetryItemAttributes, nameof(ApiLimits.TelemetryItemAttributes));
        }
    }

    public static BodyLimitException TooManyValues(ApiLimits limits) => TooMany("values", limits.TelemetryValues, nameof(ApiLimits.TelemetryValues));

    public static BodyLimitException TooManyItems(ApiLimits limits) =>
        TooMany("items in one array", limits.TelemetryItems, nameof(ApiLimits.TelemetryItems));

    private void CountGroup()
    {
        if (resources.Count + scopes.Count + metrics.Count >= limits.TelemetryGroups)
        {
            throw TooMany("resources, scopes and metrics", limits.TelemetryGroups, nameof(ApiLimits.TelemetryGroups));
        }
    }

    private static BodyLimitException TooMany(string what, int max, string setting) =>
        new($"The request has more than {max:N0} {what} (Limits:{setting}). Send fewer per request.");
}
