using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Documentation;

/// <summary>The examples of the API's description are real answers.</summary>
internal sealed class ExampleTests
{
    private const string Problems = "Problems";

    private ApiHost host = null!;
    private JsonNode document = null!;
    private JsonObject recorded = null!;

    [OneTimeSetUp]
    public async Task RecordAsync()
    {
        host = await ApiHost.StartAsync(
            Store.Sqlite,
            new(2026, 11, 23, 10, 15, 0, TimeSpan.Zero),
            new Dictionary<string, string>(ApiHost.WithKeys) { ["Webhooks:AllowPrivateAddresses"] = "true" });
        document = JsonNode.Parse(await host.Api.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
        await using var receiver = await WebhookReceiver.StartAsync();
        recorded = (await new ExampleScenario(host, receiver).RunAsync()).Take();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [Test]
    public void Examples_have_the_form_of_real_answers()
    {
        foreach (var (file, examples) in RecordedFiles())
        {
            var stored = JsonNode.Parse(File.ReadAllText(file));
            Assert.That(ShapeOf(stored), Is.EqualTo(ShapeOf(examples)), $"Run {nameof(Record_examples)} to record {Path.GetFileName(file)} again.");
        }
    }

    [Test]
    [Explicit("Writes the files.")]
    public void Record_examples()
    {
        foreach (var (file, examples) in RecordedFiles())
        {
            File.WriteAllText(file, ExampleRecorder.Format(examples));
        }
    }

    private IEnumerable<(string File, JsonObject Examples)> RecordedFiles()
    {
        var folder = Path.Combine(SourceTree.Root, "src/Entourage.Api/Documentation/Examples");
        var tags = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!)
            .ToDictionary(operation => operation.Text("operationId")!, operation => operation["tags"]![0]!.GetValue<string>().Replace(' ', '-'));
        return recorded.GroupBy(example => tags.GetValueOrDefault(example.Key, Problems)).Select(group => (
            Path.Combine(folder, $"{group.Key}.json"),
            new JsonObject(group.Select(example => KeyValuePair.Create(example.Key, example.Value?.DeepClone())))));
    }

    private static string ShapeOf(JsonNode? value) => value switch
    {
        JsonObject members => $"{{{string.Join(",", members.Select(member => $"{member.Key}:{ShapeOf(member.Value)}"))}}}",
        JsonArray items => $"[{string.Join(",", items.Select(ShapeOf))}]",
        null => "null",
        _ => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? "boolean" : value.GetValueKind().ToString(),
    };
}
