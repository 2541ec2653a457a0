using System.Text.Json.Nodes;
using Entourage.Api.Contracts;
using Entourage.Application.Json;
using Entourage.Application.Paging;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Entourage.Api.Documentation;

/// <summary>Describes parameters. The generator knows no texts of headers and of members of a query.</summary>
internal static class ParameterTexts
{
    private static readonly Dictionary<string, string> Texts = new()
    {
        [IdempotencyHeaders.Key] = "1 to 200 printable characters. The same request with the same key is recorded once, and answered as before.",
        ["If-Match"] = "The ETag of the settings that you read. The change is refused (409) if they have changed since.",
        [EventStream.LastEventId] = "The id of the last event that you received. The stream resumes after it; without it, the stream starts now.",
        ["action"] = "Only entries with this action.",
        ["actor"] = "Only entries by this actor: a name, the id of a key, or the subject of a token.",
        ["agent_id"] = "Only what concerns this agent. For a hook, the agent; the key's agent if absent.",
        ["archived"] = "True lists the archived ones instead of the others.",
        ["cause"] = "Only alerts with exactly this cause.",
        ["cursor"] = "The position after the previous page, from its Link header.",
        ["daily_cost_limit_usd"] = "Required. The daily cap in USD: 0 to 1,000,000 with at most 9 decimals.",
        ["days"] = "How many local days, including today: 1 to 90.",
        ["format"] = "The format of the answer. Overrides the Accept header.",
        ["from"] = "The start: a local date (2026-11-23) or an instant (2026-11-23T10:15:00Z).",
        ["key"] = "Required. The key of a label, in any case.",
        ["kind"] = "Only those of this kind.",
        ["label"] = "Only what has this label, written key=value. Repeat it for up to 5 labels, all of which must match.",
        ["label_columns"] = "For CSV: keys of labels that get columns of their own, divided by commas. At most 10.",
        ["limit"] = "The maximum number of items in a page.",
        ["model"] = "Only what concerns this model.",
        ["org_id"] = "Only what concerns this organisation. For prices, include the organisation's own.",
        ["order"] = "The direction. If absent, names ascend, and times, amounts and counts descend.",
        ["period"] = "Instead of from and to; all if absent.",
        ["q"] = "Only items that contain this text, ignoring case.",
        ["scope"] = "Only budgets of this scope.",
        ["session_id"] = "A session of the agent. If absent, the newest active one; for a hook, the one that Claude Code's session id names.",
        ["sort"] = "The order. If absent, the first of these.",
        ["status"] = "Only those with this status.",
        ["subject"] = "Only entries on this subject: its id, or its kind and id (task:7).",
        ["task_id"] = "Only what concerns this task. For a budget or a hook, the task of the newest session if absent.",
        ["team_id"] = "Only what concerns this team.",
        ["to"] = "The end: a local date (inclusive) or an instant.",
    };

    private static readonly Dictionary<string, string> Resources = new()
    {
        ["agents"] = "agent",
        ["alerts"] = "alert",
        ["budgets"] = "budget",
        ["human-requests"] = "human request",
        ["keys"] = "key",
        ["orgs"] = "organisation",
        ["reservations"] = "reservation",
        ["sessions"] = "session",
        ["tasks"] = "task",
        ["teams"] = "team",
        ["webhooks"] = "webhook",
    };

    /// <summary>Adds texts, values and bounds to the parameters of an operation.</summary>
    public static Task AddAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            var description = context.Description.ParameterDescriptions.Single(known => known.Name == parameter.Name);
            parameter.Description ??= parameter.In == ParameterLocation.Path ? TextOfPath(parameter.Name!, context.Description.RelativePath!) : Texts.GetValueOrDefault(parameter.Name!);
            if (parameter.Schema is OpenApiSchema schema)
            {
                Restrict(schema, parameter.Name!, description);
            }
        }

        return Task.CompletedTask;
    }

    private static string TextOfPath(string name, string path)
    {
        var segments = path.Split('/');
        var owner = segments[Array.FindIndex(segments, segment => segment.StartsWith($"{{{name}", StringComparison.Ordinal)) - 1];
        return Resources.TryGetValue(owner, out var resource) ? $"The id of the {resource}." : "A name of the model.";
    }

    private static void Restrict(OpenApiSchema schema, string name, ApiParameterDescription description)
    {
        if (ValuesOf(description) is { } values)
        {
            schema.Enum = [.. EnumNames.List(values).Select(value => (JsonNode)value)];
        }
        else if (name == "limit")
        {
            (schema.Minimum, schema.Maximum, schema.Default) = ("1", $"{PageRequest.MaxLimit}", PageRequest.DefaultLimit);
        }
    }

    private static Type? ValuesOf(ApiParameterDescription description) =>
        (description.ParameterDescriptor as ControllerParameterDescriptor)?.ParameterInfo.GetCustomAttributes(false).OfType<ValuesOfAttribute>().SingleOrDefault()?.Values
        ?? (description.ModelMetadata as DefaultModelMetadata)?.Attributes.PropertyAttributes?.OfType<ValuesOfAttribute>().SingleOrDefault()?.Values;
}

/// <summary>States the enum that lists the values of a text parameter.</summary>
/// <param name="values">The enum.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
internal sealed class ValuesOfAttribute(Type values) : Attribute
{
    public Type Values => values;
}
