using System.Text.Json;

namespace Entourage.Api.Tests.Fuzz;

/// <summary>An answer of the server.</summary>
/// <param name="Status">The status; 0 if the server hung up.</param>
/// <param name="MediaType">The media type of the body.</param>
/// <param name="Text">The body; the first piece of a stream.</param>
/// <param name="Link">The Link header.</param>
/// <param name="EntityTag">The ETag header.</param>
internal sealed record FuzzAnswer(int Status, string? MediaType, string Text, string? Link = null, string? EntityTag = null)
{
    private const string Protobuf = "application/x-protobuf";

    // The documented statuses. A missing store or a server error never counts as expected.
    private static readonly HashSet<int> Refusals = [400, 402, 404, 405, 409, 413, 415, 422];

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The fault of this answer to a request; null if there is none.</summary>
    public string? FaultOf(FuzzRequest request)
    {
        var isOwn = request.Method == request.Operation.Method;
        return Status switch
        {
            // Without a body there is nothing more to check.
            _ when request.Method == HttpMethod.Head => Status is >= 500 ? "the server failed" : null,
            400 when request.IsMalformed && Text.Length == 0 => null,
            >= 200 and < 300 when isOwn && !request.Operation.Successes.Contains(Status) => "the status is not documented",
            204 or 202 => null,
            >= 200 and < 300 when request.Operation.IsStream => null,
            >= 200 and < 300 when request.Operation.IsTelemetry && MediaType == Protobuf => null,
            >= 200 and < 300 => MediaType == "text/csv" ? null : MediaType != "application/json" ? "the body is not JSON" : FaultOfJson(),
            // The token of a parent session is made up. Nothing else is forbidden without keys.
            403 when Text.Contains("'parent_token'", StringComparison.Ordinal) || Text.Contains("\\u0027parent_token\\u0027", StringComparison.Ordinal) => null,
            _ when !Refusals.Contains(Status) => "the status is none that a refusal may have",
            _ when request.Operation.IsTelemetry && MediaType == Protobuf => Text.Length > 0 ? null : "a refusal says nothing",
            _ when request.Operation.IsTelemetry && MediaType == "application/json" => FaultOfJson(),
            _ => FaultOfProblem(),
        };
    }

    private string? FaultOfProblem()
    {
        if (MediaType != "application/problem+json")
        {
            return "a refusal is not problem details";
        }

        try
        {
            using var problem = JsonDocument.Parse(Text);
            var root = problem.RootElement;
            return root.GetProperty("status").GetInt32() == Status
                && root.GetProperty("type").GetString()!.StartsWith("/problems/", StringComparison.Ordinal)
                && root.GetProperty("title").GetString() is { Length: > 0 }
                && root.GetProperty("trace_id").GetString() is { Length: > 0 }
                ? Text.Contains("Exception", StringComparison.Ordinal) || Text.Contains("   at ", StringComparison.Ordinal) ? "it reveals internals" : null
                : "the problem details are not all there";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "the problem details cannot be read";
        }
    }

    private string? FaultOfJson()
    {
        try
        {
            JsonDocument.Parse(Text).Dispose();
            return null;
        }
        catch (JsonException)
        {
            return "the body cannot be read";
        }
    }
}
