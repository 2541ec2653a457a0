using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Entourage.Testing;

namespace Entourage.Api.Tests.Documentation;

/// <summary>Runs the commands of docs/getting-started.md in order and compares the responses with those on the page.</summary>
internal sealed partial class GettingStartedTests(Store store) : ApiFixture(store)
{
    private const string Root = "/api/v1";

    // The values of these members depend on the time of the request.
    private static readonly HashSet<string> Unstable = ["trace_id", "cap_reached_at", "forecast_month_usd"];

    private readonly Dictionary<string, string> variables = [];

    // By the id on the page.
    private readonly Dictionary<string, string> realIds = [];

    [Test]
    public async Task Getting_started_shows_the_answers_of_the_server()
    {
        Answer? last = null;
        var compared = 0;
        foreach (var (language, code) in Blocks())
        {
            if (language == "bash")
            {
                last = await RunAsync(code) ?? last;
                continue;
            }

            var answer = last ?? throw new InvalidOperationException("The page shows a response before the first request.");
            if (language == "http")
            {
                AssertHead(code, answer);
            }
            else
            {
                var shown = JsonNode.Parse(code, documentOptions: new() { CommentHandling = JsonCommentHandling.Skip });
                AssertShown(shown, answer.Json, "$", isExcerpt: language == "jsonc");
            }

            compared++;
        }

        Assert.That(compared, Is.GreaterThan(10));
    }

    private async Task<Answer?> RunAsync(string script)
    {
        Answer? answer = null;
        foreach (var line in script.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        {
            if (Assignment.Match(line) is { Success: true } assignment)
            {
                var value = assignment.Groups["value"].Value;
                variables[assignment.Groups["name"].Value] = realIds.GetValueOrDefault(value, value);
            }
            else if (line.StartsWith("curl ", StringComparison.Ordinal))
            {
                answer = await CurlAsync([.. Word.Matches(line).Select(Expand)]);
            }
        }

        return answer;
    }

    private Task<Answer> CurlAsync(string[] words)
    {
        string? After(string option) => words.SkipWhile(word => word != option).Skip(1).FirstOrDefault();
        var address = words.Single(word => word.StartsWith("http", StringComparison.Ordinal));
        var path = address[(address.IndexOf(Root, StringComparison.Ordinal) + Root.Length)..];
        return Api.SendAsync(new(After("-X") ?? "GET"), path, After("-d"));
    }

    /// <summary>Parses a word like the shell: removes quotes and expands variables outside single quotes.</summary>
    private string Expand(Match word)
    {
        if (word.Groups["single"].Success)
        {
            return word.Groups["single"].Value;
        }

        var text = word.Groups["double"].Success ? word.Groups["double"].Value.Replace("\\\"", "\"", StringComparison.Ordinal) : word.Value;
        return Variable.Replace(text, match => variables[match.Groups["name"].Value]);
    }

    private static void AssertHead(string shown, Answer answer)
    {
        var lines = shown.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That($"{(int)answer.Status}", Is.EqualTo(lines[0].Split(' ')[1]));
        foreach (var header in lines[1..].Select(line => line.Split(": ")))
        {
            Assert.That(header[0] == "Content-Type" ? answer.MediaType : answer.Header(header[0]), Is.EqualTo(header[1]), header[0]);
        }
    }

    /// <summary>Compares names and values. Ids must be used consistently, and times must be times.</summary>
    private void AssertShown(JsonNode? shown, JsonNode? real, string path, bool isExcerpt)
    {
        if (shown is JsonObject members)
        {
            var names = real!.AsObject().Select(member => member.Key);
            Assert.That(members.Select(member => member.Key), isExcerpt ? Is.SubsetOf(names) : Is.EqualTo(names), path);
            foreach (var (name, value) in members.Where(member => !Unstable.Contains(member.Key)))
            {
                AssertShown(value, real[name], $"{path}.{name}", isExcerpt);
            }
        }
        else if (shown is JsonArray items)
        {
            Assert.That(real!.AsArray(), Has.Count.EqualTo(items.Count), path);
            for (var i = 0; i < items.Count; i++)
            {
                AssertShown(items[i], real[i], $"{path}[{i}]", isExcerpt);
            }
        }
        else if (shown?.ToString() is { } id && Guid.TryParse(id, out _))
        {
            realIds.TryAdd(id, real!.ToString());
            Assert.That(real.ToString(), Is.EqualTo(realIds[id]), path);
        }
        else if (shown?.ToString() is { } time && Time.IsMatch(time))
        {
            Assert.That(real?.ToString(), Does.Match(Time.ToString()), path);
        }
        else
        {
            Assert.That(real?.ToJsonString(), Is.EqualTo(shown?.ToJsonString()), path);
        }
    }

    private static IEnumerable<(string Language, string Code)> Blocks() =>
        Block.Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "getting-started.md")))
            .Select(block => (block.Groups["language"].Value, block.Groups["code"].Value));

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<code>.*?)^```\n", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block { get; }

    [GeneratedRegex(@"^(?<name>[A-Z]+)=(?<value>\S+)$")]
    private static partial Regex Assignment { get; }

    [GeneratedRegex(@"'(?<single>[^']*)'|""(?<double>(?:\\.|[^""\\])*)""|\S+")]
    private static partial Regex Word { get; }

    [GeneratedRegex(@"\$(?<name>[A-Z]+)")]
    private static partial Regex Variable { get; }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$")]
    private static partial Regex Time { get; }
}
