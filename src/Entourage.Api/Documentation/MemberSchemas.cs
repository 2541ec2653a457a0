using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Entourage.Api.Documentation;

/// <summary>
/// Describes which members are always present and which may be null. An answer has all of its members, except those that are omitted when they are
/// null. Clients must ignore members that they do not know, so the schemas of answers are open.
/// </summary>
internal static class MemberSchemas
{
    private const string Presence = "entourage-presence";

    /// <summary>Notes which members an answer always has, and which are never null.</summary>
    public static Task NotePresenceAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            var members = context.JsonTypeInfo.Properties.Select(property => (property.Name, property.IsGetNullable, Condition: ConditionOf(property)))
                .Where(member => member.Condition != JsonIgnoreCondition.Always).ToArray();
            schema.Metadata ??= new Dictionary<string, object>();
            schema.Metadata[Presence] = new MemberPresence(
                [.. members.Where(member => member.Condition == JsonIgnoreCondition.Never).Select(member => member.Name)],
                [.. members.Where(member => !member.IsGetNullable || member.Condition == JsonIgnoreCondition.WhenWritingNull).Select(member => member.Name)]);
        }

        return Task.CompletedTask;
    }

    public static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var requests = NamesIn(document.Paths.Values.SelectMany(path => path.Operations!.Values).SelectMany(operation => operation.RequestBody?.Content?.Values ?? []).Select(content => content.Schema));
        foreach (var (name, schema) in document.Components!.Schemas!.Where(schema => schema.Value.Properties is { Count: > 0 }))
        {
            var component = (OpenApiSchema)schema;
            if (!requests.Contains(name))
            {
                var members = (MemberPresence)component.Metadata![Presence];
                component.AdditionalPropertiesAllowed = true;
                component.Required = members.AlwaysPresent;
                RemoveNull(component, members.NeverNull);
            }
            else if (component.Required is { } required)
            {
                // Nullable in C#, so that a missing member is a validation error that names it.
                RemoveNull(component, required);
            }
        }

        return Task.CompletedTask;
    }

    private static JsonIgnoreCondition ConditionOf(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute ignored] ? ignored.Condition : JsonIgnoreCondition.Never;

    private static void RemoveNull(OpenApiSchema schema, IEnumerable<string> members)
    {
        foreach (var member in members)
        {
            var value = schema.Properties![member];
            if (value is OpenApiSchema { Type: { } type } inline)
            {
                inline.Type = type & ~JsonSchemaType.Null;
            }
            else if (value.OneOf is { Count: 2 } choices)
            {
                schema.Properties[member] = choices.Single(choice => choice.Type != JsonSchemaType.Null);
            }
        }
    }

    /// <summary>The names of all schemas that some schemas refer to, directly or through others.</summary>
    private static HashSet<string> NamesIn(IEnumerable<IOpenApiSchema?> schemas)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var rest = new Stack<IOpenApiSchema?>(schemas);
        while (rest.TryPop(out var schema))
        {
            if (schema is OpenApiSchemaReference { Reference.Id: { } name } && !names.Add(name))
            {
                continue;
            }

            foreach (var part in (schema?.Properties?.Values ?? []).Concat(schema?.OneOf ?? []).Append(schema?.Items).Where(part => part is not null))
            {
                rest.Push(part);
            }
        }

        return names;
    }

    private sealed record MemberPresence(HashSet<string> AlwaysPresent, HashSet<string> NeverNull);
}
