using System.Net;
using System.Text;

namespace Entourage.Api.Tests.BadInput;

/// <summary>A request that must be refused, and how. Names in angle brackets stand for what <see cref="BadInputWorld"/> holds.</summary>
/// <param name="Name">What is bad about it.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path below <c>/api/v1</c>, with its query.</param>
internal sealed record BadInputCase(string Name, string Method, string Path)
{
    /// <summary>A body of no bytes, which is another thing than no body.</summary>
    public const string Empty = "";

    public byte[]? Body { get; init; }

    public string? MediaType { get; init; } = "application/json";

    public (string Name, string Value)? Header { get; init; }

    public HttpStatusCode Status { get; private init; }

    /// <summary>The last part of the problem's type; null where the case does not say.</summary>
    public string? Problem { get; private init; }

    /// <summary>The member that <c>errors</c> must name; null for none.</summary>
    public string? Member { get; private init; }

    public static BadInputCase Get(string name, string path) => new(name, "GET", path);

    public static BadInputCase Post(string name, string path, string body) => new(name, "POST", path) { Body = Encoding.UTF8.GetBytes(body) };

    public static BadInputCase Patch(string name, string path, string body) => new(name, "PATCH", path) { Body = Encoding.UTF8.GetBytes(body) };

    /// <summary>400: the body is not of the right shape.</summary>
    public BadInputCase Malformed(string member = "body") =>
        this with { Status = HttpStatusCode.BadRequest, Problem = "malformed-body", Member = member };

    /// <summary>422: the value is of the right shape and not allowed.</summary>
    public BadInputCase Invalid(string member, string problem = "validation") =>
        this with { Status = HttpStatusCode.UnprocessableEntity, Problem = problem, Member = member };

    /// <summary>404.</summary>
    public BadInputCase Unknown() => Refused(HttpStatusCode.NotFound, "not-found");

    /// <summary>409.</summary>
    public BadInputCase Conflict(string problem) => Refused(HttpStatusCode.Conflict, problem);

    /// <summary>Any other refusal.</summary>
    public BadInputCase Refused(HttpStatusCode status, string problem) => this with { Status = status, Problem = problem };

    /// <summary>The cases as NUnit takes them.</summary>
    public static IEnumerable<TestCaseData> Named(IEnumerable<BadInputCase> cases) =>
        cases.Select(bad => new TestCaseData(bad).SetArgDisplayNames($"{bad.Method} {bad.Path}", bad.Name));

    /// <summary>The request itself, with names replaced.</summary>
    public HttpRequestMessage Request(Func<string, string> replace)
    {
        var request = new HttpRequestMessage(new HttpMethod(Method), "/api/v1" + replace(Path));
        if (Header is { } header)
        {
            request.Headers.TryAddWithoutValidation(header.Name, replace(header.Value));
        }

        if (Body is { } body)
        {
            // One character to a byte and back, so that bytes that are no text stay as they are.
            request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(replace(Encoding.Latin1.GetString(body))));
            if (MediaType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", MediaType);
            }
        }

        return request;
    }
}
