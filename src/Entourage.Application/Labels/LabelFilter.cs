using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Labels;

/// <summary>Restricts reports and lists to usage with labels.</summary>
public static class LabelFilter
{
    /// <summary>The most labels of a filter.</summary>
    public const int MaxCount = 5;

    private const string Parameter = "label";

    /// <summary>Reads the labels of a filter, all of which must match.</summary>
    /// <param name="texts">Labels as <c>key=value</c>; null for none.</param>
    /// <exception cref="InvalidInputException">A text is not a label, a key occurs twice, or there are too many.</exception>
    public static LabelSet Parse(IReadOnlyCollection<string>? texts)
    {
        if (texts is null)
        {
            return LabelSet.None;
        }

        if (texts.Count > MaxCount)
        {
            throw new InvalidInputException(Parameter, $"At most {MaxCount} labels are allowed in a filter; these are {texts.Count}.");
        }

        try
        {
            return LabelSet.Of(texts.Select(text => Label.Parse(text ?? "")).Select(label => KeyValuePair.Create(label.Key, label.Value)));
        }
        catch (RuleViolationException violation)
        {
            throw new InvalidInputException(Parameter, violation.Message);
        }
    }

    /// <summary>Reads the key of a label, in lower case.</summary>
    /// <param name="parameter">The name of the parameter.</param>
    /// <param name="key">The key, in any case.</param>
    /// <exception cref="InvalidInputException">It is missing or not a key.</exception>
    public static string ParseKey(string parameter, string? key)
    {
        try
        {
            return Label.KeyOf(key);
        }
        catch (RuleViolationException violation)
        {
            throw new InvalidInputException(parameter, violation.Message);
        }
    }

    /// <summary>Reads keys of labels, divided by commas.</summary>
    /// <param name="parameter">The name of the parameter.</param>
    /// <param name="keys">The keys, in any case; null for none.</param>
    /// <exception cref="InvalidInputException">One is not a key or occurs twice, or there are too many.</exception>
    public static IReadOnlyList<string> ParseKeys(string parameter, string? keys)
    {
        if (keys is null)
        {
            return [];
        }

        var parts = keys.Split(',', LabelSet.MaxCount + 1);
        string[] parsed = parts.Length > LabelSet.MaxCount ? [] : [.. parts.Select(key => ParseKey(parameter, key.Trim())).Distinct(StringComparer.Ordinal)];
        return parsed.Length == parts.Length
            ? parsed
            : throw new InvalidInputException(parameter, $"'{parameter}' must be at most {LabelSet.MaxCount} different keys of labels, divided by commas.");
    }

    /// <summary>Restricts rollups to those of usage with all of some labels, whether the session has them or only the usage.</summary>
    internal static IQueryable<UsageRollup> With(this IQueryable<UsageRollup> rollups, LabelSet labels, IEntourageDb db, Guid organisationId)
    {
        foreach (var (key, value) in labels.Labels)
        {
            // Not correlated with the rollup, so that the store finds the sets only once.
            var sets = db.LabelSets
                .Where(member => member.OrganisationId == organisationId && member.Key == key && member.Value == value)
                .Select(member => member.LabelSetId);
            rollups = rollups.Where(rollup => sets.Contains(rollup.LabelSetId));
        }

        return rollups;
    }
}
