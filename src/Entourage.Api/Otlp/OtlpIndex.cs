using Entourage.Api.Errors;
using Entourage.Api.Startup;

namespace Entourage.Api.Otlp;

/// <summary>A part of a body.</summary>
/// <param name="Start">Where it begins, in bytes.</param>
/// <param name="Length">How long it is, in bytes; 0 where there is none.</param>
internal readonly record struct Slice(int Start, int Length);

/// <summary>What kind of data a metric has.</summary>
internal enum MetricForm
{
    /// <summary>A sum.</summary>
    Sum,

    /// <summary>A gauge.</summary>
    Gauge,

    /// <summary>A histogram.</summary>
    Histogram,
}

/// <summary>A metric without its points.</summary>
/// <param name="Scope">The number of its scope.</param>
/// <param name="Form">What kind of data it has.</param>
internal sealed record MetricHead(int Scope, MetricForm Form)
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>How the points of a sum relate, as the protocol numbers it.</summary>
    public int Temporality { get; set; }

    /// <summary>Whether a sum only grows.</summary>
    public bool IsMonotonic { get; set; }
}

/// <summary>
/// Where the parts of a request of telemetry are in its body. It is made before anything else is, and stops where there are more parts than
/// a request may have: what the parts hold is read one by one.
/// </summary>
/// <param name="limits">How many there may be.</param>
/// <param name="cancellationToken">Gives up.</param>
internal sealed class OtlpIndex(ApiLimits limits, CancellationToken cancellationToken)
{
    private readonly List<Slice> resources = [];
    private readonly List<(int Resource, Slice Scope)> scopes = [];
    private readonly List<MetricHead> metrics = [];
    private readonly List<(int Parent, Slice Item)> items = [];
    private int values;

    /// <summary>The resources; of no length for one that says nothing.</summary>
    public IReadOnlyList<Slice> Resources => resources;

    /// <summary>The scopes, each with the number of its resource.</summary>
    public IReadOnlyList<(int Resource, Slice Scope)> Scopes => scopes;

    /// <summary>The metrics.</summary>
    public IReadOnlyList<MetricHead> Metrics => metrics;

    /// <summary>The log records, spans or points, each with the number of its scope or metric.</summary>
    public IReadOnlyList<(int Parent, Slice Item)> Items => items;

    /// <summary>Adds a resource, whose description may follow.</summary>
    /// <returns>Its number.</returns>
    public int AddResource()
    {
        CountGroup();
        resources.Add(default);
        return resources.Count - 1;
    }

    /// <summary>Says where a resource is described.</summary>
    public void Describe(int resource, Slice description) => resources[resource] = description;

    /// <summary>Adds a scope, whose description may follow.</summary>
    /// <returns>Its number.</returns>
    public int AddScope(int resource)
    {
        CountGroup();
        scopes.Add((resource, default));
        return scopes.Count - 1;
    }

    /// <summary>Says where a scope is described.</summary>
    public void DescribeScope(int scope, Slice description) => scopes[scope] = (scopes[scope].Resource, description);

    /// <summary>Adds the data of a metric.</summary>
    /// <returns>Its number.</returns>
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
    /// <param name="ofItem">How many its item has had, this one included.</param>
    public void CountAttribute(int ofItem)
    {
        EnsureAttributes(ofItem, limits);
        if (++values > limits.TelemetryValues)
        {
            throw TooManyValues(limits);
        }
    }

    /// <summary>Makes sure that an item has no more attributes than it may.</summary>
    /// <exception cref="BodyLimitException">It has.</exception>
    public static void EnsureAttributes(int count, ApiLimits limits)
    {
        if (count > limits.TelemetryItemAttributes)
        {
            throw TooMany("attributes of one item", limits.TelemetryItemAttributes, nameof(ApiLimits.TelemetryItemAttributes));
        }
    }

    /// <summary>The refusal of too many values.</summary>
    public static BodyLimitException TooManyValues(ApiLimits limits) => TooMany("values", limits.TelemetryValues, nameof(ApiLimits.TelemetryValues));

    /// <summary>The refusal of an array that is too long.</summary>
    public static BodyLimitException TooManyItems(ApiLimits limits) =>
        TooMany("items in one array", limits.TelemetryItems, nameof(ApiLimits.TelemetryItems));

    private void CountGroup()
    {
        if (resources.Count + scopes.Count + metrics.Count >= limits.TelemetryGroups)
        {
            throw TooMany("resources, scopes and metrics", limits.TelemetryGroups, nameof(ApiLimits.TelemetryGroups));
        }
    }

    private static BodyLimitException TooMany(string what, int most, string setting) =>
        new($"The request is larger than this address takes: it has more than {most:N0} {what} (Limits:{setting}). Send fewer at once.");
}
