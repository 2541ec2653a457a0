using System.Net;
using System.Text;

namespace Entourage.Api.Tests.BadInput;

/// <summary>A request that must be refused, and how. Names in angle brackets stand for resources of a <see cref="BadInputWorld"/>.</summary>
/// <param name="Name">The fault.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below <c>/api/v1</c>, with its query.</param>
internal sealed record BadInputCase(string Name, string Method, string Path)
{
    /// <summary>An empty body, as opposed to no body.</summary>
    public const string Empty = "";

    public byte[]? Body { get; init; }

    public string? MediaType { get; init; } = "application/json";

    public (string Name, string Value)? Header { get; init; }

    public HttpStatusCode Status { get; private init; }

    /// <summary>The last segment of the problem type; null accepts any.</summary>
    public string? Problem { get; private init; }

    /// <summary>The member that <c>errors</c> must name; null for none.</summary>
    public string? Member { get; private init; }

    public static BadInputCase Get(string name, string path) => new(name, "GET", path);

    public static BadInputCase Post(string name, string path, string body) => new(name, "POST", path) { Body = Encoding.UTF8.GetBytes(body) };

    public static BadInputCase Patch(string name, string path, string body) => new(name, "PATCH", path) { Body = Encoding.UTF8.GetBytes(body) };

    /// <summary>Expects 400: the body does not have the right shape.</summary>
    public BadInputCase Malformed(string member = "body") =>
        this with { Status = HttpStatusCode.BadRequest, Problem = "malformed-body", Member = member };

    /// <summary>Expects 422: the value has the right shape and is not allowed.</summary>
    public BadInputCase Invalid(string member, string problem = "validation") =>
        this with { Status = HttpStatusCode.UnprocessableEntity, Problem = problem, Member = member };

    /// <summary>Expects 404.</summary>
    public BadInputCase Unknown() => Refused(HttpStatusCode.NotFound, "not-found");

    /// <summary>Expects 409.</summary>
    public BadInputCase Conflict(string problem) => Refused(HttpStatusCode.Conflict, problem);

    /// <summary>Expects another refusal.</summary>
    public BadInputCase Refused(HttpStatusCode status, string problem) => this with { Status = status, Problem = problem };

    /// <summary>Converts the cases for NUnit.</summary>
    public static IEnumerable<TestCaseData> Named(IEnumerable<BadInputCase> cases) =>
        cases.Select(bad => new TestCaseData(bad).SetArgDisplayNames($"{bad.Method} {bad.Path}", bad.Name));

    /// <summary>Builds the request with its names replaced.</summary>
    public HttpRequestMessage Request(Func<string, string> replace)
    {
        var request = new HttpRequestMessage(new HttpMethod(Method), "/api/v1" + replace(Path));
        if (Header is { } header)
        {
            request.Headers.TryAddWithoutValidation(header.Name, replace(header.Value));
        }

        if (Body is { } body)
        {
            // Latin-1 maps each byte to one character and back, so invalid UTF-8 stays unchanged.
            request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(replace(Encoding.Latin1.GetString(body))));
            if (MediaType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", MediaType);
            }
        }

        return request;
    }
}
