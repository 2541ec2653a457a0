using System.Text.RegularExpressions;

namespace Entourage.Domain.Pricing;

/// <summary>The names that providers, clouds and gateways give to one model.</summary>
public static partial class ModelName
{
    /// <summary>A name as prices have it: in lower case, without blanks around it.</summary>
    public static string Normalise(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
#pragma warning disable CA1308 // Names of models are in lower case everywhere.
        return model.Trim().ToLowerInvariant();
#pragma warning restore CA1308
    }

    /// <summary>
    /// What a model may be listed as: its name, then its name without the folders of a gateway (<c>anthropic/</c>, <c>models/</c>),
    /// the prefixes and the version of a cloud (<c>us.anthropic.</c>, <c>-v1:0</c>), and the date or the word that picks a
    /// snapshot (<c>-20250514</c>, <c>-2025-08-07</c>, <c>@20250514</c>, <c>-latest</c>).
    /// </summary>
    public static IEnumerable<string> Candidates(string model)
    {
        var name = Normalise(model);
        yield return name;
        var shorter = CloudVersion.Replace(CloudPrefix.Replace(name[(name.LastIndexOf('/') + 1)..], ""), "");
        if (shorter != name)
        {
            yield return shorter;
        }

        var undated = Snapshot.Replace(shorter, "");
        if (undated != shorter)
        {
            yield return undated;
        }
    }

    [GeneratedRegex(@"^([a-z]{2,6}\.)?(anthropic|openai|google)\.")]
    private static partial Regex CloudPrefix { get; }

    [GeneratedRegex(@"-v\d+(:\d+)?$")]
    private static partial Regex CloudVersion { get; }

    [GeneratedRegex(@"([-@]20\d{6}|-20\d\d-\d\d-\d\d|[-@]latest|@default)$")]
    private static partial Regex Snapshot { get; }
}
