using System.Text.Json;

namespace Entourage.Api.Tests.Fuzz;

/// <summary>Ids and similar values from answers, by kind. Only the newest are kept, so that memory stays bounded.</summary>
internal sealed class FuzzPool
{
    private const int Capacity = 48;
    private const int MaxReadTime = 256 * 1_024;

    private static readonly Dictionary<string, string> KindOfMember = new(StringComparer.Ordinal)
    {
        ["org_id"] = "orgs",
        ["team_id"] = "teams",
        ["agent_id"] = "agents",
        ["assignee_id"] = "agents",
        ["other_agent_id"] = "agents",
        ["task_id"] = "tasks",
        ["depends_on"] = "tasks",
        ["session_id"] = "sessions",
        ["parent_session_id"] = "sessions",
        ["reservation_id"] = "reservations",
        ["webhook_id"] = "webhooks",
        ["human_request_id"] = "human-requests",
        ["model"] = "prices",
        ["actor"] = "actors",
        ["subject"] = "subjects",
        ["cursor"] = "cursors",
        ["Last-Event-ID"] = "places",
        ["If-Match"] = "tags",
    };

    private static readonly HashSet<string> Kinds = [.. KindOfMember.Values, "alerts", "budgets", "keys"];

    private readonly Dictionary<string, List<string>> values = [];

    /// <summary>The kind of value that a member holds; null if unknown.</summary>
    public static string? KindOf(string member) => KindOfMember.GetValueOrDefault(member);

    /// <summary>A random value of a kind; null if there is none.</summary>
    public string? Take(string kind, Random random)
    {
        lock (values)
        {
            return values.TryGetValue(kind, out var known) ? known[random.Next(known.Count)] : null;
        }
    }

    public void Add(string kind, string value)
    {
        lock (values)
        {
            if (!values.TryGetValue(kind, out var known))
            {
                values[kind] = known = [];
            }

            if (known.Contains(value))
            {
                return;
            }

            known.Add(value);
            if (known.Count > Capacity)
            {
                known.RemoveAt(0);
            }
        }
    }

    /// <summary>Adds the values of a successful answer.</summary>
    public void Collect(FuzzOperation operation, FuzzAnswer answer)
    {
        if (answer.Link is { } link && link.Split("cursor=") is [_, var rest])
        {
            Add("cursors", Uri.UnescapeDataString(rest.Split('&', '>')[0]));
        }

        if (answer.EntityTag is { } tag)
        {
            Add("tags", tag);
        }

        foreach (var line in operation.IsStream ? answer.Text.Split('\n') : [])
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                Add("places", line[4..].Trim());
            }
        }

        if (answer.MediaType == "application/json" && answer.Text.Length < MaxReadTime)
        {
            using var document = JsonDocument.Parse(answer.Text);
            var items = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement.EnumerateArray().Take(5) : [document.RootElement];
            foreach (var item in items.Where(item => item.ValueKind == JsonValueKind.Object))
            {
                Collect(operation.Subject == "start" ? "sessions" : operation.Subject, item);
            }
        }
    }

    private void Collect(string kind, JsonElement item)
    {
        foreach (var member in item.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number
                && (member.Name == "id" && Kinds.Contains(kind) ? kind : KindOf(member.Name)) is { } named)
            {
                Add(named, member.Value.ToString());
            }
            else if (member.Name == "subject_id")
            {
                Add("subjects", $"{item.GetProperty("subject_kind")}:{member.Value}");
            }
        }
    }
}
