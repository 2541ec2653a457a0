using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Entourage.Testing;

namespace Entourage.Api.Tests.Documentation;

/// <summary>Records the bodies and answers of calls as the examples of the API's description.</summary>
/// <param name="api">The client to call with.</param>
internal sealed partial class ExampleRecorder(ApiClient api)
{
    private static readonly JsonSerializerOptions Layout = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Dictionary<string, JsonObject> examples = [];

    /// <summary>Makes a call that must succeed and records it under its operation.</summary>
    public async Task<JsonNode?> CallAsync(string operation, HttpMethod method, string path, object? body = null)
    {
        var answer = await api.SendAsync(method, path, body);
        Assert.That((int)answer.Status, Is.InRange(200, 299), $"{operation}: {answer.Text}");
        Record(operation, body, answer.Text.Length > 0 ? answer.Json : null);
        return examples[operation]["answer"];
    }

    /// <summary>Makes a call that must be refused and records the problem under its kind.</summary>
    public async Task RefuseAsync(HttpMethod method, string path, object? body = null, string? key = null, string? ifMatch = null, string? host = null, string? contentType = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path);
        if (body is not null)
        {
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, contentType ?? "application/json");
        }

        foreach (var (name, value) in new[] { ("X-API-Key", key), ("If-Match", ifMatch), ("Host", host) })
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        var answer = await api.SendAsync(request);
        Assert.That(answer.Status, Is.GreaterThanOrEqualTo(HttpStatusCode.BadRequest), answer.Text);
        examples[answer.Json.Text("type")!] = answer.Json.AsObject();
    }

    /// <summary>Records an answer that is not JSON, in addition to the operation's other example.</summary>
    public void RecordText(string operation, string text)
    {
        examples.TryAdd(operation, []);
        examples[operation]["text"] = text;
    }

    /// <summary>The recorded examples in a layout for files, with the same ids and secrets at every run.</summary>
    public JsonObject Take()
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var all = Format(new JsonObject(examples.Select(example => KeyValuePair.Create(example.Key, (JsonNode?)example.Value.DeepClone()))));
        all = Id.Replace(all, match => ids.TryGetValue(match.Value, out var known) ? known : ids[match.Value] = $"019ab000-0000-7000-8000-{ids.Count + 1:x12}");
        all = WebhookUrl.Replace(all, "https://hooks.example.com/entourage");
        return JsonNode.Parse(TraceId.Replace(all, "\"trace_id\": \"0af7651916cd43dd8448eb211c80319c\""))!.AsObject();
    }

    /// <summary>Formats examples as they are stored.</summary>
    public static string Format(JsonNode examples) => examples.ToJsonString(Layout) + "\n";

    private void Record(string operation, object? body, JsonNode? answer)
    {
        var example = new JsonObject();
        if (body is not null)
        {
            example["body"] = body is string text ? JsonNode.Parse(text) : JsonSerializer.SerializeToNode(body);
        }

        if (answer is not null)
        {
            example["answer"] = answer;
        }

        Assert.That(examples.TryAdd(operation, example), $"{operation} is recorded twice");
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id { get; }

    [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+/hook")]
    private static partial Regex WebhookUrl { get; }

    [GeneratedRegex("\"trace_id\": \"[^\"]*\"")]
    private static partial Regex TraceId { get; }
}
