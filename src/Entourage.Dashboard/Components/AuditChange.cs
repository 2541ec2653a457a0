using System.Text.Json;
using Entourage.Application.Audit;
using Entourage.Dashboard.Format;

namespace Entourage.Dashboard.Components;

/// <summary>The change of one member in an entry of the audit trail.</summary>
/// <param name="Name">The member, in words.</param>
/// <param name="Before">The old value; null if the subject was created.</param>
/// <param name="After">The new value; null if the subject was deleted.</param>
internal sealed record AuditChange(string Name, string? Before, string? After)
{
    private const string None = "none";

    // The entry states them itself.
    private static readonly string[] Repeated = ["id", "org_id", "team_id", "created_at", "created_by"];

    /// <summary>Returns the changed members of an entry.</summary>
    public static IReadOnlyList<AuditChange> Of(AuditResponse entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var (before, after) = (MembersOf("", entry.Old), MembersOf("", entry.New));
        return
        [
            .. before.Keys.Union(after.Keys, StringComparer.Ordinal)
                .Where(name => !Repeated.Contains(name))
                .Select(name => new AuditChange(Formatter.Words(name), ValueOf(before, name), ValueOf(after, name)))
                .Where(change => (change.Before ?? None) != (change.After ?? None)),
        ];
    }

    // No members at all: the subject does not exist. A missing member of an existing subject has no value.
    private static string? ValueOf(Dictionary<string, string> members, string name) => members.Count == 0 ? null : members.GetValueOrDefault(name, None);

    // Values keep their JSON text, to the last digit. Nested objects are flattened.
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
