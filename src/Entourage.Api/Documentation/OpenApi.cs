using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Errors;
using Entourage.Application.Json;
using Entourage.Application.Settings;
using Entourage.Domain;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Entourage.Api.Documentation;

/// <summary>Completes the generated description of the API.</summary>
internal static class OpenApi
{
    private const string KeyScheme = "key";
    private const string BearerScheme = "bearer";

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Entourage";
            document.Info.Version = "v1";
            document.Info.Description = "Controls what AI agents spend: costs by session, task, agent and team, caps, reservations, alerts and a kill switch.";
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = KeyAuthentication.Header },
                [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.Responses ??= [];
            operation.Responses["401"] = ProblemResponse("The request has no valid key, and this server requires one.");
            operation.Responses["403"] = ProblemResponse("The key does not permit this operation.");
            operation.Responses["default"] = ProblemResponse("An error, as RFC 9457 problem details.");

            // The two are alternatives.
            operation.Security =
            [
                new() { [new OpenApiSecuritySchemeReference(KeyScheme, context.Document)] = [] },
                new() { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] },
            ];
            if (context.Description.RelativePath == "api/v1/hooks/claude-code")
            {
                operation.RequestBody = HookBody();
            }

            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(async (schema, context, cancellationToken) =>
        {
            Describe(schema, context.JsonTypeInfo);
            if (context.JsonTypeInfo.Type == typeof(UsageBatchEntry))
            {
                var item = await context.GetOrCreateSchemaAsync(typeof(UsageBatchItemRequest), null, cancellationToken);
                (schema.Type, schema.Properties, schema.Required) = (item.Type, item.Properties, item.Required);
            }
            else if (context.JsonTypeInfo.Type == typeof(Patch<RunawayPatch>))
            {
                var runaway = await context.GetOrCreateSchemaAsync(typeof(RunawayPatch), null, cancellationToken);
                (schema.Type, schema.Properties) = (JsonSchemaType.Object, runaway.Properties);
            }
        });
    }

    // The action reads this body itself, so the generator does not see it.
    private static OpenApiRequestBody HookBody() => new()
    {
        Required = true,
        Description = "The input of a Claude Code hook. Other members are ignored.",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/json"] = new()
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["hook_event_name"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The event, such as PreToolUse." },
                        ["session_id"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Claude Code's session id." },
                    },
                },
            },
        },
    };

    // The generator cannot see through the converters of these types.
    private static void Describe(OpenApiSchema schema, JsonTypeInfo info)
    {
        var wasNullable = schema.Type?.HasFlag(JsonSchemaType.Null) ?? false;
        var type = info.Type.IsGenericType && info.Type.GetGenericTypeDefinition() == typeof(Patch<>) ? info.Type.GetGenericArguments()[0] : info.Type;
        var value = Nullable.GetUnderlyingType(type) ?? type;
        if (value == typeof(Money) || value == typeof(MoneyTotal))
        {
            (schema.Type, schema.Format, schema.Description) = (JsonSchemaType.Number, "decimal", "US dollars, exact, with at most 9 decimals.");
        }
        else if (value == typeof(long))
        {
            (schema.Type, schema.Format, schema.Pattern) = (JsonSchemaType.Integer, "int64", null);
        }
        else if (value == typeof(DateTimeOffset))
        {
            (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
        }
        else if (value.IsEnum)
        {
            (schema.Type, schema.Enum) = (JsonSchemaType.String, [.. EnumNames.List(value).Select(name => (JsonNode)name)]);
        }
        else if (ListItemOf(value) is { } item)
        {
            schema.Type = JsonSchemaType.Array;
            schema.Items ??= new OpenApiSchema
            {
                Type = item == typeof(long) ? JsonSchemaType.Integer : item == typeof(decimal) ? JsonSchemaType.Number : JsonSchemaType.String,
            };
        }
        else if (info.Type != type)
        {
            schema.Type = value == typeof(bool) ? JsonSchemaType.Boolean : JsonSchemaType.String;
            schema.Format = value == typeof(Guid) ? "uuid" : null;
        }

        // Numbers and strings have null among their types. For other types, the generator wraps a reference to the schema.
        if (schema.Type is { } known && (wasNullable || (info.Type != type && value != type)))
        {
            schema.Type = known | JsonSchemaType.Null;
        }
    }

    private static Type? ListItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    private static OpenApiResponse ProblemResponse(string description) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType> { [Problem.MediaType] = new() { Schema = ProblemSchema() } },
    };

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("The stable identifier of the kind of problem, such as /problems/budget-exceeded."),
            ["title"] = Text("The status in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = Text("A description of this occurrence."),
            ["instance"] = Text("The path of the request."),
            ["trace_id"] = Text("The id of the request in the log."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Error messages by member.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
