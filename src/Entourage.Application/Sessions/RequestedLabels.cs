using System.Collections.Immutable;
using Entourage.Domain.Labels;

namespace Entourage.Application.Sessions;

/// <summary>The labels of a request, before they are known to be valid.</summary>
internal static class RequestedLabels
{
    /// <summary>
    /// Puts labels into the order of their keys, so that a retry is the same request in whatever order it lists them. No labels are null, like those of a
    /// request that does not mention them.
    /// </summary>
    public static IReadOnlyDictionary<string, string>? Sort(IReadOnlyDictionary<string, string>? labels) =>
        labels is { Count: > 0 } ? labels.ToImmutableSortedDictionary(StringComparer.Ordinal) : null;

    /// <summary>Converts valid labels.</summary>
    public static LabelSet ToSet(IReadOnlyDictionary<string, string>? labels) => labels is null ? LabelSet.None : LabelSet.Of(labels);
}
