using Entourage.Application.Labels;
using Entourage.Domain;
using Entourage.Domain.Labels;
using Microsoft.AspNetCore.Components;

namespace Entourage.Dashboard.Layout;

/// <summary>The labels in the address of a page.</summary>
internal static class LabelQuery
{
    /// <summary>The parameter, which is repeated for each label.</summary>
    public const string Parameter = "label";

    /// <summary>Reads labels from an address. Texts that are no labels are ignored, as are further labels with a known key.</summary>
    public static LabelSet Read(IEnumerable<string>? texts)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts ?? [])
        {
            try
            {
                var (key, value) = Label.Parse(text ?? "");
                labels.TryAdd(key, value);
            }
            catch (RuleViolationException)
            {
                // An address that was changed by hand.
            }
        }

        return LabelSet.Of(labels.Take(LabelFilter.MaxCount));
    }

    /// <summary>Returns the current address with other labels, and with other parameters changed. A null value removes one.</summary>
    public static string AddressWith(this NavigationManager navigation, LabelSet labels, params IReadOnlyList<(string Name, string? Value)> parameters)
    {
        var query = parameters.ToDictionary(parameter => parameter.Name, parameter => (object?)(string.IsNullOrEmpty(parameter.Value) ? null : parameter.Value));
        query[Parameter] = TextsOf(labels);
        return navigation.GetUriWithQueryParameters(query);
    }

    /// <summary>The labels as texts; null for none.</summary>
    public static string[]? TextsOf(LabelSet labels) => labels.IsEmpty ? null : [.. labels.Labels.Select(label => label.ToString())];

    /// <summary>Returns labels without one of them.</summary>
    public static LabelSet Without(this LabelSet labels, Label removed) =>
        LabelSet.Of(labels.Labels.Where(label => label != removed).Select(label => KeyValuePair.Create(label.Key, label.Value)));
}
