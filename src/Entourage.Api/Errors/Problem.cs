using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Application.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Entourage.Api.Errors;

/// <summary>An error as RFC 9457 problem details.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The last part of the problem's type, which never changes its meaning.</param>
/// <param name="Detail">What is wrong this time, for a person.</param>
internal sealed record Problem(int Status, string Code, string? Detail)
{
    /// <summary>The media type of the answer.</summary>
    public const string MediaType = "application/problem+json";

    // Clients and proxies that know no better wait this long, in seconds.
    private const string RetryAfter = "1";

    /// <summary>What is wrong with which member, by the members' names in JSON.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Further members of the answer.</summary>
    public IReadOnlyDictionary<string, object?>? Members { get; init; }

    /// <summary>The problem that a bare status stands for.</summary>
    public static Problem Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => new(status, "bad-request", "The request cannot be read."),
        StatusCodes.Status404NotFound => new(status, "not-found", "There is nothing at this address."),
        StatusCodes.Status405MethodNotAllowed => new(status, "method-not-allowed", "This address does not take this method."),
        StatusCodes.Status413PayloadTooLarge => new(status, "body-too-large", "The body is larger than this address takes."),
        StatusCodes.Status415UnsupportedMediaType => new(status, "unsupported-media-type", "The body must be JSON, with Content-Type: application/json."),
        _ => new(status, JsonNamingPolicy.KebabCaseLower.ConvertName(ReasonPhrases.GetReasonPhrase(status).Replace(" ", "", StringComparison.Ordinal)), null),
    };

    /// <summary>The problem of a member with one fault.</summary>
    public static Problem OfMember(string member, string message) => Invalid(new Dictionary<string, string[]> { [member] = [message] });

    /// <summary>The problem of members that are well formed and not allowed.</summary>
    public static Problem Invalid(IReadOnlyDictionary<string, string[]> errors) =>
        new(StatusCodes.Status422UnprocessableEntity, "validation", string.Join(" ", errors.Values.SelectMany(messages => messages)))
        {
            Errors = errors,
        };

    /// <summary>Writes the answer.</summary>
    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        if (Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetryAfter;
        }

        var body = new JsonObject
        {
            ["type"] = $"/problems/{Code}",
            ["title"] = ReasonPhrases.GetReasonPhrase(Status),
            ["status"] = Status,
            ["detail"] = Detail,
            ["instance"] = context.Request.Path.ToUriComponent(),
            ["trace_id"] = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier,
        };
        foreach (var (name, value) in Members ?? new Dictionary<string, object?>())
        {
            body[name] = JsonSerializer.SerializeToNode(value, EntourageJson.Options);
        }

        if (Errors is not null)
        {
            body["errors"] = JsonSerializer.SerializeToNode(Errors, EntourageJson.Options);
        }

        return context.Response.WriteAsJsonAsync(body, EntourageJson.Options, MediaType, context.RequestAborted);
    }
}
