using System.Net.Mime;
using Entourage.Api.Auth;
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
        options.CreateSchemaReferenceId = info => ScalarSchemas.IsInline(info.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(info);
        options.AddSchemaTransformer(ScalarSchemas.DescribeAsync);
        options.AddSchemaTransformer(MemberSchemas.NotePresenceAsync);
        options.AddSchemaTransformer(ErrorAnswers.DescribeTypesAsync);
        options.AddOperationTransformer(DescribeAsync);
        options.AddOperationTransformer(ParameterTexts.AddAsync);
        options.AddOperationTransformer(ErrorAnswers.AddAsync);
        options.AddOperationTransformer(Examples.AddAsync);
        options.AddOperationTransformer(TelemetryOperations.DescribeAsync);
        options.AddDocumentTransformer(DescribeAsync);
        options.AddDocumentTransformer(ErrorAnswers.AddSharedAsync);
        options.AddDocumentTransformer(MemberSchemas.DescribeAsync);
    }

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new()
        {
            Title = "Entourage",
            Version = "v1",
            Description = "Controls what AI agents spend: costs by session, task, agent and team, caps, reservations, alerts and a kill switch.",
            License = new() { Name = "MIT", Identifier = "MIT" },
        };
        foreach (var server in document.Servers ?? [])
        {
            // Clients append paths, which begin with a slash.
            server.Url = server.Url?.TrimEnd('/');
        }

        document.Tags = ApiTags.All.Select(tag => new OpenApiTag { Name = tag.Key, Description = tag.Value }).ToHashSet();
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = KeyAuthentication.Header },
            [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
        };
        return Task.CompletedTask;
    }

    private static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        // The two are alternatives.
        operation.Security =
        [
            new() { [new OpenApiSecuritySchemeReference(KeyScheme, context.Document)] = [] },
            new() { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] },
        ];
        // The others are accepted too, but generators would offer them all.
        if (operation.RequestBody is OpenApiRequestBody { Content: { } content } body && content.TryGetValue(MediaTypeNames.Application.Json, out var json))
        {
            body.Content = new Dictionary<string, OpenApiMediaType> { [MediaTypeNames.Application.Json] = json };
        }

        foreach (var (type, answer) in operation.Responses?.Values.SelectMany(response => response.Content ?? new Dictionary<string, OpenApiMediaType>()) ?? [])
        {
            if (type != MediaTypeNames.Application.Json)
            {
                answer.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
            }
        }

        if (context.Description.RelativePath == "api/v1/hooks/claude-code")
        {
            operation.RequestBody = HookBody();
        }

        return Task.CompletedTask;
    }

    // The action reads this body itself, so the generator does not see it.
    private static OpenApiRequestBody HookBody() => new()
    {
        Required = true,
        Description = "The input of a Claude Code hook. Other members are ignored.",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [MediaTypeNames.Application.Json] = new()
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
}
