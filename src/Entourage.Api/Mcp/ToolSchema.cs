using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Sessions;

namespace Entourage.Api.Mcp;

/// <summary>The JSON schemas of tools, with units and ranges in the words that a model reads.</summary>
internal static class ToolSchema
{
    private const int KeyLength = 200;

    public static JsonElement Of(IEnumerable<string> required, params (string Name, JsonObject Schema)[] members) => ToElement(new JsonObject
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Name, member.Schema))),
        ["required"] = new JsonArray([.. required.Select(name => (JsonNode)name)]),
        ["additionalProperties"] = false,
    });

    /// <summary>What a tool answers. A refusal has other members, so none is required.</summary>
    public static JsonElement Answer(params (string Name, JsonObject Schema)[] members) => ToElement(new JsonObject
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Name, member.Schema))),
    });

    public static (string Name, JsonObject Schema) Agent() => (
        "agent_id",
        Described(new() { ["type"] = "string", ["format"] = "uuid" }, "The agent that you are. Leave it out when your key is an agent's: it is known then."));

    public static (string Name, JsonObject Schema) Session() => ("session_id", Whole(1, null, "The number that start_session answered as id."));

    public static (string Name, JsonObject Schema) Parent() => (
        "parent_session_id", Whole(1, null, "Your own session that this one is a part of: its cap covers both, and a stop of it reaches this one."));

    public static (string Name, JsonObject Schema) ParentToken() => (
        "parent_token",
        Text(ChildToken.TextLength, "Instead of parent_session_id, where another agent started you: the one-time token that it gave you for its session."));

    public static (string Name, JsonObject Schema) Task(string description) => ("task_id", Whole(1, null, description));

    public static (string Name, JsonObject Schema) Model(string description) => ("model", Text(MaxModelLength, description));

    public static (string Name, JsonObject Schema) Key() => (
        "idempotency_key",
        Text(KeyLength, "Any text that is this call's own. When you do not know whether a call went through, repeat it with the same key: it then has its effect once."));

    public static (string Name, JsonObject Schema) Tokens(string name, string description) => (name, Whole(0, TokenCounts.LargestInput, description));

    public static (string Name, JsonObject Schema) Usd(string name, string description) => (
        name,
        Described(new() { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1_000_000 }, $"{description} US dollars, at most {Money.Decimals} decimals."));

    public static (string Name, JsonObject Schema) Ttl() => (
        "ttl_seconds", Whole(1, Reservation.MaxTtlSeconds, "How long the money stays set aside, in seconds; 300 when left out."));

    public static (string Name, JsonObject Schema) Error(string description) => ("error", Text(Domain.Sessions.Session.ErrorLength, description));

    public static (string Name, JsonObject Schema) Question() => (
        "question", Text(HumanRequest.QuestionLength, "For the person who decides: what you were doing, what is left, and what it will take. A few sentences."));

    public static (string Name, JsonObject Schema) OneOf(string name, IEnumerable<string> values, string description) => (
        name, Described(new() { ["type"] = "string", ["enum"] = new JsonArray([.. values.Select(value => (JsonNode)value)]) }, description));

    public static (string Name, JsonObject Schema) Number(string name, long least, long greatest, string description) => (name, Whole(least, greatest, description));

    /// <summary>A member of an answer.</summary>
    public static (string Name, JsonObject Schema) Says(string name, string type, string description) => (name, Described(new() { ["type"] = type }, description));

    /// <summary>A member of an answer that may be null.</summary>
    public static (string Name, JsonObject Schema) MaySay(string name, string type, string description) =>
        (name, Described(new() { ["type"] = new JsonArray(type, "null") }, description));

    private const int MaxModelLength = Domain.Agents.Agent.ModelLength;

    private static JsonObject Text(int longest, string description) =>
        Described(new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = longest }, description);

    private static JsonObject Whole(long least, long? greatest, string description)
    {
        var schema = new JsonObject { ["type"] = "integer", ["minimum"] = least };
        if (greatest is not null)
        {
            schema["maximum"] = greatest;
        }

        return Described(schema, description);
    }

    private static JsonObject Described(JsonObject schema, string description)
    {
        schema["description"] = description;
        return schema;
    }

    private static JsonElement ToElement(JsonObject schema) => JsonSerializer.SerializeToElement(schema);
}
