using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.OpenApi;

namespace Entourage.Api.Tests.Fuzz;

/// <summary>Writes JSON for a schema, as text because the result is not always valid JSON.</summary>
/// <param name="random">The source of choices.</param>
/// <param name="pool">Values from earlier answers.</param>
/// <param name="now">The server's time.</param>
/// <param name="poisoned">The index of the value to make invalid; negative for none.</param>
internal sealed class FuzzBody(Random random, FuzzPool pool, DateTimeOffset now, int poisoned = -1)
{
    // A body without these is refused. The schemas don't say so, because it has the right shape.
    private static readonly HashSet<string> Needed =
    [
        "name", "slug", "title", "reason", "agent_id", "url", "events", "kind", "question", "decision", "input_tokens", "output_tokens", "items", "invoice",
        "cost_usd", "input_usd_per_mtok", "output_usd_per_mtok", "above_input_tokens", "ttl_seconds", "status", "role",
    ];

    private static readonly string[] Zones = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"];
    private static readonly string[] Amounts = ["0", "0.01", "0.000000001", "1.50", "2.5e-1", "999999.999999999"];
    private int written;

    /// <summary>Writes a value of a schema as JSON.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="name">The member that holds the value.</param>
    public string Write(IOpenApiSchema schema, string name)
    {
        if (written++ == poisoned)
        {
            return FuzzValues.Bad(random);
        }

        var known = Resolve(schema);
        var type = known.Type ?? JsonSchemaType.Object;
        if (type.HasFlag(JsonSchemaType.Null) && !Needed.Contains(name) && random.Next(8) == 0)
        {
            return "null";
        }

        return known.Enum is { Count: > 0 } names ? names[random.Next(names.Count)].ToJsonString()
            : type.HasFlag(JsonSchemaType.Array) ? WriteArray(known, name)
            : type.HasFlag(JsonSchemaType.Object) ? WriteObject(known, name)
            : type.HasFlag(JsonSchemaType.Boolean) ? (random.Next(2) == 0 ? "true" : "false")
            : type.HasFlag(JsonSchemaType.Integer) ? WriteInteger(name)
            : type.HasFlag(JsonSchemaType.Number) ? WriteNumber(name)
            : Quote(Text(name, known.Format));
    }

    /// <summary>A text value, not yet JSON-encoded.</summary>
    /// <param name="name">The member or parameter.</param>
    /// <param name="format">The format in the schema, if any.</param>
    public string Text(string name, string? format) => FuzzPool.KindOf(name) is { } kind && pool.Take(kind, random) is { } known ? known : name switch
    {
        "slug" => $"f-{random.NextInt64():x}",
        "name" => $"Käthe {random.NextInt64():x}",
        "timezone" => Zones[random.Next(Zones.Length)],
        "url" => "http://127.0.0.1:9/fuzz",
        "tags" => random.Next(3) == 0 ? $"budget:{random.Next(1, 1_000)}" : "red",
        "from" => "2026-06-01",
        "to" => "2026-06-30T00:00:00Z",
        "period" => random.Next(2) == 0 ? "7d" : "all",
        "format" => random.Next(2) == 0 ? "json" : "csv",
        "action" => "paused",

        "key" or "label_columns" => "customer",
        "label" => "customer=acme",

        // A model, or a part of every scope.
        "match" => random.Next(2) == 0 ? "*" : "fuzz-model",
        "daily_cost_limit_usd" => "1.5",
        "Idempotency-Key" or "idempotency_key" => $"key-{random.Next(500)}",
        _ when format == "uuid" => Guid.CreateVersion7(now).ToString(),
        _ when format == "date-time" => now.AddMinutes(name == "expires_at" ? random.Next(1, 5_000) : -random.Next(5_000)).ToString("O", CultureInfo.InvariantCulture),
        _ => FuzzValues.Words(random),
    };

    /// <summary>A whole number as JSON.</summary>
    public string WriteInteger(string name)
    {
        if (FuzzPool.KindOf(name) is { } kind && pool.Take(kind, random) is { } known)
        {
            return known;
        }

        var number = name switch
        {
            "batch_discount_percent" => random.Next(101),
            "limit" => random.Next(1, 201),
            "days" => random.Next(1, 91),
            "starts_on" => 1,
            _ => random.Next(5, 1_000),
        };
        return number.ToString(CultureInfo.InvariantCulture);
    }

    private static IOpenApiSchema Resolve(IOpenApiSchema schema)
    {
        // A nullable value is one of null and the schema itself.
        var choices = (schema.OneOf ?? []).Concat(schema.AnyOf ?? []).Where(choice => choice.Type != JsonSchemaType.Null).ToArray();
        return choices is [var only, ..] ? Resolve(only) : schema;
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text);

    private string WriteNumber(string name) => name switch
    {
        "alert_thresholds" or "thresholds" => "0.5",

        // Otherwise most runs would stop early.
        _ when name.EndsWith("limit_usd", StringComparison.Ordinal) && random.Next(10) != 0 => "1000000",
        _ => Amounts[random.Next(Amounts.Length)],
    };

    private string WriteArray(IOpenApiSchema schema, string name)
    {
        var length = name switch
        {
            "alert_thresholds" or "thresholds" => 1,
            "depends_on" => random.Next(2),
            "events" or "items" => random.Next(1, 4),
            _ => random.Next(3),
        };
        return $"[{string.Join(",", Enumerable.Range(0, length).Select(_ => name == "events" ? EventKind() : Write(schema.Items!, name)))}]";
    }

    private string EventKind() => random.Next(2) == 0 ? "\"stop\"" : "\"settings\"";

    private string WriteObject(IOpenApiSchema schema, string name)
    {
        var members = schema.Properties ?? new Dictionary<string, IOpenApiSchema>();
        var isReservation = members.ContainsKey("estimated_cost_usd");
        var isNewBudget = members.ContainsKey("limit_tokens") && schema.Description?.StartsWith("A new budget", StringComparison.Ordinal) == true;
        var text = new StringBuilder("{");
        foreach (var (member, value) in members)
        {
            var isNeeded = isReservation ? member == "estimated_cost_usd"
                : isNewBudget ? member is "scope" or "match" or "period" or "org_id" or "limit_usd"
                : Needed.Contains(member) || (name == "items" && member == "session_id");
            if (isNeeded ? random.Next(100) != 0 : random.Next(5) == 0)
            {
                text.Append(text.Length > 1 ? "," : "").Append(Quote(member)).Append(':').Append(Write(value, member));
            }
        }

        return text.Append('}').ToString();
    }
}
