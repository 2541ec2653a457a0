using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Entourage.Testing;

namespace Entourage.Api.Tests.Conventions;

/// <summary>What every answer of the API has in common.</summary>
internal sealed partial class ConventionTests(Store store) : ApiFixture(store)
{
    [TestCase("GET", "/api/v1/guidelines", 200)]
    [TestCase("GET", "/api/v1/nothing", 404)]
    [TestCase("POST", "/api/v1/orgs", 415)]
    [TestCase("GET", "/openapi/v1.json", 200)]
    [TestCase("GET", "/health/live", 200)]
    [TestCase("GET", "/", 200)]
    public async Task Every_answer_has_the_id_of_its_request(string method, string path, int status)
    {
        using var answer = await SendAsync(method, path);

        var id = answer.Headers.GetValues("X-Request-Id").Single();
        Assert.That(((int)answer.StatusCode, id.Length), Is.EqualTo((status, 32)));
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain($"\"trace_id\":\"{id}\""));
        }
    }

    // The framework takes brackets and dots in a name for a path, whose errors it refuses or ignores at some lengths.
    [Test]
    public async Task Unknown_member_is_refused_however_many_brackets_its_name_has([Values('[', '.')] char separator)
    {
        for (var count = 1; count <= 70; count++)
        {
            var body = $$"""{"name{{new string(separator, count)}}x": "Acme"}""";
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await Api.Http.PostAsync(new Uri("/api/v1/orgs", UriKind.Relative), content);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), $"{body}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [TestCase("/api/v1/guidelines", 200)]
    [TestCase("/api/v1/orgs", 200)]
    [TestCase("/api/v1/orgs/018f0000-0000-7000-8000-000000000000", 404)]
    [TestCase("/api/v1/teams/<team>/events", 200)]
    [TestCase("/api/v1/teams/<team>/costs?format=csv", 200)]
    [TestCase("/api/v1/sessions/start", 405)]
    [TestCase("/openapi/v1.json", 200)]
    [TestCase("/problems/paused", 200)]
    [TestCase("/health/live", 200)]
    public async Task HEAD_is_answered_as_GET_without_a_body(string path, int status)
    {
        path = path.Replace("<team>", (await Api.CreateTeamAsync()).Id, StringComparison.Ordinal);

        using var head = await SendAsync("HEAD", path);

        Assert.That((int)head.StatusCode, Is.EqualTo(status));
        Assert.That(await head.Content.ReadAsByteArrayAsync(), Is.Empty);
        if (status < 400 && !path.EndsWith("/events", StringComparison.Ordinal))
        {
            using var got = await SendAsync("GET", path);
            Assert.That(head.Content.Headers.ContentType, Is.EqualTo(got.Content.Headers.ContentType));
        }
    }

    [TestCase("POST", "/api/v1/orgs", "gzip")]
    [TestCase("PATCH", "/api/v1/settings/teams/018f0000-0000-7000-8000-000000000000", "br")]
    [TestCase("POST", "/api/v1/hooks/claude-code?agent_id=018f0000-0000-7000-8000-000000000000", "gzip")]
    [TestCase("POST", "/api/v1/sessions/usage/batch", "gzip")]
    [TestCase("POST", "/mcp", "deflate, gzip")]
    public async Task Compressed_body_is_refused_with_the_reason(string method, string path, string encoding)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync("""{"name":"Acme","slug":"acme"}"""u8.ToArray());
        }

        using var content = new ByteArrayContent(packed.ToArray()) { Headers = { { "Content-Type", "application/json" }, { "Content-Encoding", encoding } } };
        using var answer = await SendAsync(method, path, content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        Assert.That(answer.Headers.GetValues("Accept-Encoding"), Is.EqualTo(new[] { "identity" }));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("must not be compressed").And.Contain("/problems/unsupported-media-type"));
    }

    [TestCase("/orgs", """{"name":"Acme","slg":"acme"}""", "slg", "slug")]
    [TestCase("/teams/<team>/tasks", """{"title":"x","budget":2}""", "budget", "budget_usd")]
    [TestCase("/teams/<team>/tasks", """{"title":"x","taskType":"bugfix"}""", "taskType", "task_type")]
    [TestCase("/teams/<team>/tasks", """{"title":"x","depends-on":[]}""", "depends-on", "depends_on")]
    [TestCase("/sessions/1/usage", """{"input_tokens":1,"output_tokens":1,"cost":2}""", "cost", "cost_usd")]
    [TestCase("/sessions/1/usage", """{"input_token":1,"output_tokens":1}""", "input_token", "input_tokens")]
    [TestCase("/sessions/1/reservations", """{"ttl":2}""", "ttl", null)]
    [TestCase("/orgs", """{"name":"Acme","slug":"acme","xyzzy":1}""", "xyzzy", null)]
    public async Task Unknown_member_suggests_the_nearest(string path, string body, string member, string? nearest)
    {
        path = path.Replace("<team>", (await Api.CreateTeamAsync()).Id, StringComparison.Ordinal);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await SendAsync("POST", "/api/v1" + path, content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(
            System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]![member]![0]!.GetValue<string>(),
            Is.EqualTo("There is no member with this name." + (nearest is null ? "" : $" Did you mean '{nearest}'?")));
    }

    [Test]
    public async Task Unknown_member_of_a_nested_object_and_of_a_batch_suggests_the_nearest()
    {
        var team = await Api.CreateTeamAsync();
        var patch = await Api.PatchAsync($"/settings/teams/{team.Id}", new { runaway = new { max_token = 5 } });
        var batch = await Api.PostAsync("/sessions/usage/batch", new { items = new[] { new { session_id = 1, input_tokens = 1, output_tokens = 1, cost = 2 } } });

        Assert.That(patch.Json["errors"]!.ToJsonString(), Does.Contain("Did you mean").And.Contain("max_tokens"));
        Assert.That(batch.Text, Does.Contain("Did you mean").And.Contain("cost_usd"));
    }

    [Test]
    public async Task Type_of_every_problem_says_what_it_means()
    {
        var documented = await CodesInAsync("docs/api.md", ProblemRow());
        var thrown = (await Task.WhenAll(Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(file => CodesInAsync(file, ThrownCode())))).SelectMany(codes => codes);
        var codes = documented.Concat(thrown).Distinct().ToArray();

        Assert.That(codes, Has.Length.GreaterThan(30));
        foreach (var code in codes)
        {
            using var answer = await SendAsync("GET", $"/problems/{code}");
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), code);
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Match($@"\A{code} \(\d\d\d [\w ]+\)\n\n.+\.\n.+\.\n\z"), code);
        }

        using var unknown = await SendAsync("GET", "/problems/no-such-problem");
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static async Task<IEnumerable<string>> CodesInAsync(string file, Regex pattern) =>
        pattern.Matches(await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, file)))
            .SelectMany(match => match.Groups["code"].Captures)
            .Select(code => code.Value)
            .ToArray();

    private async Task<HttpResponseMessage> SendAsync(string method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(new(method), path) { Content = content };
        return await Api.Http.SendAsync(request);
    }

    [GeneratedRegex(@"^\| \d{3}(?:, \d{3})* \| (?:`(?:/problems/)?(?<code>[a-z-]+)`(?:, )?)+", RegexOptions.Multiline)]
    private static partial Regex ProblemRow();

    [GeneratedRegex(@"(?:RuleViolationException|ConflictException)\(\s*""(?<code>[a-z-]+)""")]
    private static partial Regex ThrownCode();
}
