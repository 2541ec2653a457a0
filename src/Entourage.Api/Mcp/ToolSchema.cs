using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;

namespace Entourage.Api.Mcp;

/// <summary>Builds the JSON schemas of tools, with units and ranges in the descriptions.</summary>
internal static class ToolSchema
{
    private const int KeyLength = 200;

    public static JsonElement Input(IEnumerable<string> required, params (string Name, JsonObject Schema)[] members) => ToElement(new JsonObject
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Name, member.Schema))),
        ["required"] = new JsonArray([.. required.Select(name => (JsonNode)name)]),
        ["additionalProperties"] = false,
    });

    /// <summary>The schema of an answer. A refusal has other members, so none is required.</summary>
    public static JsonElement Output(params (string Name, JsonObject Schema)[] members) => ToElement(new JsonObject
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Name, member.Schema))),
    });

    public static (string Name, JsonObject Schema) Agent() => (
        "agent_id",
        WithDescription(new() { ["type"] = "string", ["format"] = "uuid" }, "Your agent id. Omit it if your key belongs to an agent."));

    public static (string Name, JsonObject Schema) Session() => ("session_id", Whole(1, null, "The id that start_session returned."));

    public static (string Name, JsonObject Schema) Parent() => (
        "parent_session_id", Whole(1, null, "Your session that is the parent of this one. Its cap covers both, and a stop of it also stops this one."));

    public static (string Name, JsonObject Schema) ParentToken() => (
        "parent_token",
        Text(ChildToken.TextLength, "Instead of parent_session_id, if another agent started you: the one-time token that it gave you for its session."));

    public static (string Name, JsonObject Schema) Task(string description) => ("task_id", Whole(1, null, description));

    public static (string Name, JsonObject Schema) Model(string description) => ("model", Text(MaxModelLength, description));

    public static (string Name, JsonObject Schema) Key() => (
        "idempotency_key",
        Text(KeyLength, "Any text that is unique to this call. If you do not know whether a call succeeded, repeat it with the same key, and it takes effect only once."));

    public static (string Name, JsonObject Schema) Labels(string description) => (
        "labels",
        WithDescription(
            new()
            {
                ["type"] = "object",
                ["maxProperties"] = LabelSet.MaxCount,
                ["additionalProperties"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = LabelSet.ValueLength },
            },
            $"{description} For example {{\"customer\": \"acme\", \"pr\": \"4711\"}}. Omit it unless you were told which labels to use."));

    public static (string Name, JsonObject Schema) Tokens(string name, string description) => (name, Whole(0, TokenCounts.LargestInput, description));

    public static (string Name, JsonObject Schema) Usd(string name, string description) => (
        name,
        WithDescription(new() { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1_000_000 }, $"{description} In US dollars, with at most {Money.Decimals} decimals."));

    public static (string Name, JsonObject Schema) Ttl() => (
        "ttl_seconds", Whole(1, Reservation.MaxTtlSeconds, "How long the reservation is valid, in seconds; 300 if omitted."));

    public static (string Name, JsonObject Schema) Error(string description) => ("error", Text(Domain.Sessions.Session.ErrorLength, description));

    public static (string Name, JsonObject Schema) Question() => (
        "question", Text(HumanRequest.QuestionLength, "For the person who decides: what you were doing, what is left to do, and what it will cost. A few sentences."));

    public static (string Name, JsonObject Schema) OneOf(string name, IEnumerable<string> values, string description) => (
        name, WithDescription(new() { ["type"] = "string", ["enum"] = new JsonArray([.. values.Select(value => (JsonNode)value)]) }, description));

    public static (string Name, JsonObject Schema) Number(string name, long min, long max, string description) => (name, Whole(min, max, description));

    public static (string Name, JsonObject Schema) Member(string name, string type, string description) => (name, WithDescription(new() { ["type"] = type }, description));

    public static (string Name, JsonObject Schema) NullableMember(string name, string type, string description) =>
        (name, WithDescription(new() { ["type"] = new JsonArray(type, "null") }, description));

    private const int MaxModelLength = Domain.Agents.Agent.ModelLength;

    private static JsonObject Text(int maxLength, string description) =>
        WithDescription(new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = maxLength }, description);

    private static JsonObject Whole(long min, long? max, string description)
    {
        var schema = new JsonObject { ["type"] = "integer", ["minimum"] = min };
        if (max is not null)
        {
            schema["maximum"] = max;
        }

        return WithDescription(schema, description);
    }

    private static JsonObject WithDescription(JsonObject schema, string description)
    {
        schema["description"] = description;
        return schema;
    }

    private static JsonElement ToElement(JsonObject schema) => JsonSerializer.SerializeToElement(schema);
}
