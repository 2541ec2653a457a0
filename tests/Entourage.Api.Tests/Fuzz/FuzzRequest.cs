using System.Globalization;
using System.Text;
using Microsoft.OpenApi;

namespace Entourage.Api.Tests.Fuzz;

/// <summary>A request of a run. Its seed and values from earlier answers decide its content.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Operation">The operation that it calls.</param>
/// <param name="Method">The method, which may differ from the operation's.</param>
/// <param name="Path">The path with its query, as sent.</param>
/// <param name="Headers">The headers.</param>
/// <param name="ContentType">The content type; null if none is sent.</param>
/// <param name="Body">The body; null for none.</param>
internal sealed record FuzzRequest(
    int Seed, FuzzOperation Operation, HttpMethod Method, string Path, IReadOnlyList<(string Name, string Value)> Headers, string? ContentType, byte[]? Body)
{
    private const int LargestBody = 1_048_576;
    private const int MaxPathLength = 200;

    private static readonly string[] ContentTypes =
    [
        "text/plain", "application/xml", "application/json; charset=utf-16", "application/json; charset=no-such", "application/merge-patch+json", "application/problem+json",
        "multipart/form-data", "application/x-www-form-urlencoded", "json", "APPLICATION/JSON;charset=UTF-8", "*/*",
    ];

    private static readonly string[] Accepted =
        ["*/*", "application/json", "text/csv", "text/event-stream", "text/html", "application/xml;q=0.5, */*;q=0.1", "text/csv;q=2", ";;;", "a/b/c", ""];

    private static readonly HttpMethod[] OtherMethods =
        [HttpMethod.Get, HttpMethod.Put, HttpMethod.Post, HttpMethod.Patch, HttpMethod.Delete, HttpMethod.Options, HttpMethod.Head, new("PROPFIND")];

    /// <summary>Creates a request.</summary>
    /// <param name="operation">The operation to call.</param>
    /// <param name="pool">Values from earlier answers.</param>
    /// <param name="now">The server's time.</param>
    /// <param name="seed">The seed of all other choices.</param>
    /// <param name="isGood">Whether it should succeed; null leaves that to chance.</param>
    public static FuzzRequest Create(FuzzOperation operation, FuzzPool pool, DateTimeOffset now, int seed, bool? isGood = null)
    {
        var random = new Random(seed);
        var isBad = !(isGood ?? random.Next(100) < 45);

        // Mostly one thing is wrong. With more, every request would be refused for the first.
        var fault = isBad ? random.Next(12) : -1;
        var body = new FuzzBody(random, pool, now, fault < 4 ? fault < 0 ? -1 : random.Next(9) : -1);
        var headers = new List<(string, string)>();
        var path = PathOf(operation, body, pool, random, fault, headers);
        AddHeaders(operation, body, random, fault, headers);
        if (operation.IsTelemetry && fault == 7)
        {
            headers.Add(("Content-Encoding", "gzip"));
        }

        var (contentType, bytes) = operation.IsTelemetry ? FuzzTelemetry.Write(operation.Subject, random, pool, now, fault) : BodyOf(operation, body, random, fault);
        var method = fault == 11 && random.Next(4) == 0 ? OtherMethods[random.Next(OtherMethods.Length)] : operation.Method;
        return new(seed, operation, method, path, headers, contentType, bytes);
    }

    /// <summary>Whether it is invalid HTTP, which the server refuses before there is anything to describe the refusal.</summary>
    public bool IsMalformed => Path.Split('?')[0].Contains("%00", StringComparison.Ordinal);

    /// <summary>The request for an HTTP client.</summary>
    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(Method, new Uri(Path, UriKind.Relative));
        foreach (var (name, value) in Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            foreach (var (name, value) in Headers.Where(header => header.Name.StartsWith("Content-", StringComparison.Ordinal)))
            {
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }

            if (ContentType is not null)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
            }

            // A body that is too long may be cut off while it is being sent.
            message.Headers.ExpectContinue = Body.Length > LargestBody;
        }

        return message;
    }

    /// <summary>The raw bytes of the request, without the last bytes of its body.</summary>
    public byte[] ToTruncatedBytes()
    {
        var body = Body ?? [];
        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{Method} {Path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length + 7}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head.ToString()), .. body];
    }

    public override string ToString()
    {
        var body = Body is null ? "no body" : $"{ContentType}, {Body.Length} bytes: {Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 2_000)))}";
        return $"seed {Seed}, {Operation}: {Method} {Path}\n{string.Join("\n", Headers.Select(header => $"{header.Name}: {header.Value}"))}\n{body}";
    }

    private static string PathOf(
        FuzzOperation operation, FuzzBody body, FuzzPool pool, Random random, int fault, List<(string Name, string Value)> headers)
    {
        var path = operation.Path;
        var query = new List<string>();
        foreach (var parameter in operation.Parameters)
        {
            var (name, isText) = (parameter.Name!, parameter.Schema?.Type?.HasFlag(JsonSchemaType.String) ?? true);
            switch (parameter.In)
            {
                case ParameterLocation.Path:
                    var owner = operation.OwnerOf(name);
                    var value = fault == 4 ? FuzzValues.InvalidText(random, MaxPathLength)
                        : fault == 5 ? (isText ? Guid.CreateVersion7().ToString() : $"{random.Next(1_000_000)}")
                        : pool.Take(owner, random) ?? body.Text(name, parameter.Schema?.Format);
                    path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);
                    break;
                case ParameterLocation.Query when random.Next(fault == 6 ? 2 : 6) == 0 || IsNeeded(operation, name):
                    var asked = fault == 6 && random.Next(2) == 0 ? FuzzValues.InvalidText(random, MaxPathLength)
                        : isText ? body.Text(name, parameter.Schema?.Format) : body.WriteInteger(name);
                    query.Add($"{name}={Uri.EscapeDataString(asked)}");
                    break;
                case ParameterLocation.Header when random.Next(4) == 0:
                    headers.Add((name, HeaderValue(fault == 7 ? FuzzValues.InvalidText(random, MaxPathLength) : body.Text(name, null))));
                    break;
            }
        }

        if (fault == 6 && random.Next(4) == 0)
        {
            query.Add($"{Uri.EscapeDataString(FuzzValues.InvalidText(random, 20))}=x&limit=1&limit=2");
        }

        return path + (query.Count > 0 ? $"?{string.Join('&', query)}" : "") + (fault == 4 && random.Next(10) == 0 ? "/%00%ff" : "");
    }

    // A request without these is refused. The description doesn't say so, because an agent's key can stand for the agent.
    private static bool IsNeeded(FuzzOperation operation, string parameter) =>
        parameter == "daily_cost_limit_usd" || (parameter == "agent_id" && operation.Path.EndsWith("/hooks/claude-code", StringComparison.Ordinal));

    private static void AddHeaders(FuzzOperation operation, FuzzBody body, Random random, int fault, List<(string Name, string Value)> headers)
    {
        if (operation.Method != HttpMethod.Get && random.Next(4) == 0)
        {
            headers.Add(("Idempotency-Key", fault == 7 ? HeaderValue(FuzzValues.InvalidText(random, 300)) : body.Text("Idempotency-Key", null)));
        }

        if (fault == 7)
        {
            headers.Add((random.Next(2) == 0 ? "If-Match" : "Last-Event-ID", HeaderValue(FuzzValues.InvalidText(random, MaxPathLength))));
        }

        if (fault == 8 || random.Next(10) == 0)
        {
            headers.Add(("Accept", Accepted[random.Next(Accepted.Length)]));
        }
    }

    // A control character ends the header or the connection and never reaches the API.
    private static string HeaderValue(string text) => new([.. text.Where(character => !char.IsControl(character))]);

    private static (string? ContentType, byte[]? Body) BodyOf(FuzzOperation operation, FuzzBody body, Random random, int fault)
    {
        if (operation.Body is null)
        {
            return fault == 10 ? ("application/json", Encoding.UTF8.GetBytes(FuzzValues.Bad(random))) : (null, null);
        }

        var text = fault == 9 && random.Next(3) == 0 ? FuzzValues.Nested(random.Next(2_000), random) : body.Write(operation.Body, "");
        var bytes = Encoding.UTF8.GetBytes(fault switch
        {
            9 => Break(text, random),
            10 when random.Next(60) == 0 => text + new string(' ', LargestBody * 4),
            _ => text,
        });
        if (fault == 10)
        {
            switch (random.Next(4))
            {
                case 0:
                    return (ContentTypes[random.Next(ContentTypes.Length)], bytes);
                case 1:
                    return (null, bytes);
                case 2:
                    return (null, null);
                default:
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                    break;
            }
        }

        return ("application/json", bytes);
    }

    private static string Break(string text, Random random) => random.Next(5) switch
    {
        0 => text[..random.Next(text.Length)],
        1 when text.Length > 2 => $"{text[..^1]},\"surprise\":{FuzzValues.Bad(random)}}}",
        2 when text.Length > 2 => $"{text[..^1]},{text[1..]}",
        3 => text.Insert(random.Next(text.Length), FuzzValues.Bad(random)),
        _ => FuzzValues.Bad(random),
    };
}
