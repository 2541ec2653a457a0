using System.Text.RegularExpressions;
using Entourage.Application.Json;

namespace Entourage.Api.Errors;

/// <summary>Finds the member that a caller probably meant by an unknown name.</summary>
internal static partial class MemberNames
{
    // A shorter name is part of too many others.
    private const int ShortestPart = 4;

    /// <summary>Returns the member with the name closest to an unknown one; null if none is close.</summary>
    /// <param name="unmapped">The serializer's message, which states the name and the type.</param>
    public static string? FindNearest(string unmapped)
    {
        if (Unmapped.Match(unmapped) is not { Success: true } match || FindType(match.Groups["type"].Value) is not { } type)
        {
            return null;
        }

        var letters = LettersOf(match.Groups["name"].Value);
        var nearest = EntourageJson.Options.GetTypeInfo(type).Properties
            .Select(property => (property.Name, Distance: DistanceOf(letters, LettersOf(property.Name))))
            .Where(member => member.Distance is not null)
            .OrderBy(member => member.Distance)
            .ThenBy(member => member.Name.Length)
            .FirstOrDefault();
        return nearest.Name;
    }

    private static Type? FindType(string name) =>
        typeof(MemberNames).Assembly.GetType(name) ?? typeof(EntourageJson).Assembly.GetType(name);

    // Callers often write agentId or agent-id for agent_id.
    private static string LettersOf(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>How far two names are apart; null if too far.</summary>
    private static int? DistanceOf(string name, string member)
    {
        if (name.Length >= ShortestPart && member.Contains(name, StringComparison.Ordinal))
        {
            return 1;
        }

        var most = Math.Max(1, Math.Min(name.Length, member.Length) / 3);
        return Math.Abs(name.Length - member.Length) <= most && EditsBetween(name, member) is var edits && edits <= most ? edits : null;
    }

    /// <summary>The Levenshtein distance.</summary>
    private static int EditsBetween(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var edits = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], edits);
            }
        }

        return row[^1];
    }

    // A longer name is close to none.
    [GeneratedRegex(@"property '(?<name>[^']{1,100})' could .* type '(?<type>[\w.+]+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Unmapped { get; }
}
