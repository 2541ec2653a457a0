using System.Text.Json;
using Entourage.Application.Audit;
using Entourage.Dashboard.Format;

namespace Entourage.Dashboard.Components;

/// <summary>What an entry of the audit trail tells of one member.</summary>
/// <param name="Name">The member, in words.</param>
/// <param name="Before">What it was; null where the subject was not there before.</param>
/// <param name="After">What it is since; null where the subject is gone.</param>
public sealed record AuditChange(string Name, string? Before, string? After)
{
    private const string None = "none";

    /// <summary>The members that an entry tells of.</summary>
    public static IReadOnlyList<AuditChange> Of(AuditResponse entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var (before, after) = (MembersOf("", entry.Old), MembersOf("", entry.New));
        return
        [
            .. before.Keys.Union(after.Keys, StringComparer.Ordinal)
                .Select(name => new AuditChange(Formatter.Words(name), ValueOf(before, name), ValueOf(after, name)))
                .Where(change => (change.Before ?? None) != (change.After ?? None)),
        ];
    }

    // Of a subject that is not there nothing is told; one that is may lack the member.
    private static string? ValueOf(Dictionary<string, string> members, string name) => members.Count == 0 ? null : members.GetValueOrDefault(name, None);

    // As they were written, to the last digit; of objects within, each member.
    private static Dictionary<string, string> MembersOf(string prefix, JsonElement? value)
    {
        Dictionary<string, string> members = new(StringComparer.Ordinal);
        if (value is not { ValueKind: JsonValueKind.Object } outer)
        {
            return members;
        }

        foreach (var member in outer.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var (name, text) in MembersOf($"{prefix}{member.Name} ", member.Value))
                {
                    members[name] = text;
                }
            }
            else
            {
                members[prefix + member.Name] = member.Value.ValueKind switch
                {
                    JsonValueKind.Null => None,
                    JsonValueKind.String => member.Value.GetString()!,
                    _ => member.Value.GetRawText(),
                };
            }
        }

        return members;
    }
}
