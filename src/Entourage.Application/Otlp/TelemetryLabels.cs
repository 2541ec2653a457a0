using System.Globalization;
using Entourage.Domain.Labels;

namespace Entourage.Application.Otlp;

/// <summary>
/// Reads labels from the attributes of telemetry: those that are meant as labels, and those of a list. What telemetry reports is spent already, so a label
/// that is not valid is changed until it is, or left out.
/// </summary>
public sealed class TelemetryLabels
{
    /// <summary>The beginning of attributes that are meant as labels: <c>entourage.label.customer</c>.</summary>
    public const string Prefix = "entourage.label.";

    /// <summary>The attributes that become labels by default.</summary>
    public const string DefaultAttributes = "user.email=user; user.account_uuid=user; user.account_id=user; enduser.id=user; user.id=user";

    /// <summary>The most attributes in a list.</summary>
    public const int MaxAttributes = 50;

    private readonly IReadOnlyList<(string Attribute, string Key)> listed;

    private TelemetryLabels(IReadOnlyList<(string Attribute, string Key)> listed) => this.listed = listed;

    /// <summary>Parses a list such as <c>user.email=user; team.id</c>; null if it is not valid.</summary>
    /// <param name="attributes">Attributes, each with the key of the label if that has another name, separated by semicolons. Of attributes with the same
    /// key, the first that is present applies.</param>
    public static TelemetryLabels? Parse(string attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var listed = new List<(string, string)>();
        foreach (var entry in attributes.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = entry.LastIndexOf(Label.Separator);
            var (attribute, key) = equals < 0 ? (entry, entry) : (entry[..equals].TrimEnd(), entry[(equals + 1)..].TrimStart());
            if (attribute.Length == 0 || !Label.IsKey(key) || listed.Count == MaxAttributes)
            {
                return null;
            }

            listed.Add((attribute, Label.KeyOf(key)));
        }

        return new(listed);
    }

    /// <summary>Reads the labels of an item: its own attributes take precedence over those of the resource, and meant labels over listed ones.</summary>
    internal LabelSet Read(TelemetryAttributes resource, TelemetryAttributes item)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attributes in new[] { item, resource })
        {
            foreach (var (key, value) in MeantIn(attributes))
            {
                Add(key, value);
            }
        }

        foreach (var attributes in new[] { item, resource })
        {
            foreach (var (attribute, key) in listed)
            {
                Add(key, attributes.Text(attribute));
            }
        }

        return labels.Count == 0 ? LabelSet.None : LabelSet.Of(labels);

        void Add(string key, string? value)
        {
            if (labels.Count < LabelSet.MaxCount && ValueOf(value) is { } valid)
            {
                labels.TryAdd(key, valid);
            }
        }
    }

    private static IEnumerable<(string Key, string? Value)> MeantIn(TelemetryAttributes attributes) =>
        from attribute in attributes.All
        where attribute.Key.StartsWith(Prefix, StringComparison.Ordinal)
        let key = KeyOf(attribute.Key[Prefix.Length..])
        where key is not null
        orderby key, attribute.Key
        select (key, Convert.ToString(attribute.Value, CultureInfo.InvariantCulture));

    private static string? KeyOf(string text)
    {
        var key = string.Concat(text.Take(LabelSet.KeyLength).Select(character => Label.IsKey($"a{character}") ? character : '_')).TrimStart('.', '_', '-');
        return key.Length == 0 ? null : Label.KeyOf(key);
    }

    private static string? ValueOf(string? text) => SourceUsage.LabelOf(text) is { } value && Label.IsValue(value) ? value : null;
}
