using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Application.Budgets;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Labels;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Entourage.Api.Documentation;

/// <summary>Describes the types that have their own converter.</summary>
internal static class ScalarSchemas
{
    /// <summary>Whether the schema of a type is written where it is used. Generators make a class of each other schema.</summary>
    public static bool IsInline(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is var value
        && (value == typeof(Money) || value == typeof(MoneyTotal) || value == typeof(LabelSet) || value == typeof(JsonElement));

    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        var value = Nullable.GetUnderlyingType(type) ?? type;
        if (value == typeof(Money) || value == typeof(MoneyTotal))
        {
            (schema.Type, schema.Format) = (JsonSchemaType.Number, "decimal");
        }
        else if (value == typeof(LabelSet))
        {
            (schema.Type, schema.AdditionalProperties) = (JsonSchemaType.Object, new OpenApiSchema { Type = JsonSchemaType.String });
        }
        else if (value == typeof(JsonElement))
        {
            // The members before or after a change.
            schema.Type = JsonSchemaType.Object;
        }
        else if (value.IsEnum)
        {
            // One schema serves members that may be null and others, so null is no value of it.
            (schema.Type, schema.Enum) = (JsonSchemaType.String, [.. EnumNames.List(value).Select(name => (JsonNode)name)]);
            return Task.CompletedTask;
        }
        else if (context.JsonPropertyInfo?.CustomConverter is ScopeIdJsonConverter)
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Integer;
        }
        else
        {
            return Task.CompletedTask;
        }

        if (type != value)
        {
            schema.Type |= JsonSchemaType.Null;
        }

        return Task.CompletedTask;
    }
}
