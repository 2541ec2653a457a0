using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Entourage.Gateway.Formats;
using Entourage.Gateway.Formats.OpenAi;

using static Entourage.Gateway.Tests.Formats.Requests;

namespace Entourage.Gateway.Tests.Formats;

internal sealed class RewriteTests
{
    private static readonly RequestChanges Lower = new(MaxOutputTokens: 256);

    // Members that the gateway does not know, in the layouts that clients write.
    private static readonly Gen<string> Members = Gen.OneOf(
        "'a': 1.50", "'b' :[1, 2 ,{'max_tokens':5}]", "'c':'\\u00e9 \\/ \\'model\\':\\'x\\''", "'d':{}", "'e':\n\ttrue", "'f':-0e-3",
        "'messages':[{'role':'user','content':'max_tokens'}]", "'g':'\\ud83d\\ude00 é 中'", "'h':null").List[0, 6]
        .Select(members => string.Join(" ,\n", members.Distinct()).Replace('\'', '"'));

    [Test]
    public void Request_without_changes_is_the_same_memory()
    {
        var body = Encoding.UTF8.GetBytes("""{"model":"m","max_tokens":5}""");
        var request = Anthropic.Read(Anthropic.FindRoute("POST", "v1/messages")!, body);
        Assert.That(
            new[] { new RequestChanges(), new RequestChanges("m"), new RequestChanges("m", 5) }.Select(changes => Anthropic.Rewrite(request, changes)),
            Is.All.EqualTo((ReadOnlyMemory<byte>)body));
    }

    [TestCase("""{"model":"m","max_tokens":1000,"x":1.0}""", """{"model":"n","max_tokens":256,"x":1.0}""")]
    [TestCase("""{ "x" : 1, "model" :"m" }""", """{"max_tokens":256, "x" : 1, "model" :"n" }""")]
    public void Message_gets_a_model_and_a_limit(string body, string expected) =>
        Assert.That(Rewrite(Anthropic, Message(body), new("n", 256)), Is.EqualTo(expected));

    [TestCase("""{"model":"m","max_tokens":1000}""", """{"model":"m","max_tokens":256}""")]
    [TestCase("""{"model":"m","max_completion_tokens":1000}""", """{"model":"m","max_completion_tokens":256}""")]
    [TestCase("""{"model":"m","max_completion_tokens":null}""", """{"model":"m","max_completion_tokens":256}""")]
    [TestCase("""{"model":"m","max_tokens":9,"max_completion_tokens":1000}""", """{"model":"m","max_tokens":256,"max_completion_tokens":256}""")]
    [TestCase("""{"model":"m"}""", """{"max_completion_tokens":256,"model":"m"}""")]
    [TestCase("""{"model":"m","stream":true}""", """{"max_completion_tokens":256,"stream_options":{"include_usage":true},"model":"m","stream":true}""")]
    public void Chat_gets_a_limit(string body, string expected) => Assert.That(Rewrite(OpenAi, Chat(body), Lower), Is.EqualTo(expected));

    [TestCase("""{"model":"m"}""", """{"max_tokens":256,"model":"m"}""")]
    [TestCase("""{"model":"m","max_completion_tokens":1000}""", """{"max_tokens":256,"model":"m","max_completion_tokens":256}""")]
    public void Compatible_server_gets_the_older_limit(string body, string expected) =>
        Assert.That(Rewrite(new OpenAiFormat(limitsByMaxTokens: true), Chat(body), Lower), Is.EqualTo(expected));

    [TestCase("""{"model":"m","max_completion_tokens":1000}""", """{"max_tokens":1000,"model":"m","max_completion_tokens":1000}""")]
    [TestCase("""{"model":"m","max_tokens":1000}""", """{"model":"m","max_tokens":1000}""")]
    public void Compatible_server_gets_the_older_limit_even_if_nothing_is_lowered(string body, string expected) =>
        Assert.That(Rewrite(new OpenAiFormat(limitsByMaxTokens: true), Chat(body), new()), Is.EqualTo(expected));

    [TestCase("""{"model":"m","stream":true,"stream_options":{"include_usage":false,"x":1}}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true,"x":1}}""")]
    [TestCase("""{"model":"m","stream":true,"stream_options":{ }}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true }}""")]
    [TestCase("""{"model":"m","stream":true,"stream_options":null}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""")]
    [TestCase("""{"model":"m","stream":true}""", """{"stream_options":{"include_usage":true},"model":"m","stream":true}""")]
    [TestCase("""{"model":"m","stream":true,"stream_options":{"include_usage":true}}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""")]
    [TestCase("""{"model":"m","stream":false}""", """{"model":"m","stream":false}""")]
    public void Chat_stream_always_asks_for_usage(string body, string expected) => Assert.That(Rewrite(OpenAi, Chat(body), new()), Is.EqualTo(expected));

    [TestCase("""{"model":"m"}""", """{"max_tokens":16,"model":"m"}""")]
    [TestCase("""{"model":"m","max_tokens":9}""", """{"model":"m","max_tokens":9}""")]
    public void Completion_always_states_a_limit(string body, string expected) =>
        Assert.That(Rewrite(OpenAi, Completion(body), new()), Is.EqualTo(expected));

    [TestCase("""{"model":"m","max_output_tokens":1000}""", """{"model":"m","max_output_tokens":256}""")]
    [TestCase("""{"model":"m","stream":true}""", """{"max_output_tokens":256,"model":"m","stream":true}""")]
    public void Response_gets_a_limit(string body, string expected) => Assert.That(Rewrite(OpenAi, Response(body), Lower), Is.EqualTo(expected));

    [TestCase("""{}""", """{"generationConfig":{"maxOutputTokens":256}}""")]
    [TestCase("""{"generationConfig":{}}""", """{"generationConfig":{"maxOutputTokens":256}}""")]
    [TestCase("""{"generationConfig":null}""", """{"generationConfig":{"maxOutputTokens":256}}""")]
    [TestCase("""{"generation_config":{"max_output_tokens":1000,"x":1}}""", """{"generation_config":{"max_output_tokens":256,"x":1}}""")]
    [TestCase("""{"generationConfig":{"temperature":1}}""", """{"generationConfig":{"maxOutputTokens":256,"temperature":1}}""")]
    public void Generation_gets_a_limit(string body, string expected) => Assert.That(Rewrite(Gemini, Generation(body), Lower), Is.EqualTo(expected));

    [TestCase("""{"contents":[]}""", """{"generationConfig":{"maxOutputTokens":256},"contents":[]}""")]
    [TestCase("""{"model":"models/m","contents":[]}""", """{"generationConfig":{"maxOutputTokens":256},"model":"models/other","contents":[]}""")]
    public void Generation_names_another_model_only_where_the_body_names_one(string body, string expected) =>
        Assert.That(Rewrite(Gemini, Generation(body), new("other", 256)), Is.EqualTo(expected));

    [TestCase("other", "v1beta/models/other:generateContent")]
    [TestCase("a/../b:c", "v1beta/models/a%2F..%2Fb%3Ac:generateContent")]
    [TestCase("models", "v1beta/models/models:generateContent")]
    public void Path_of_a_generation_names_another_model(string model, string expected)
    {
        const string Path = "v1beta/models/models:generateContent";
        Assert.That(Gemini.FindRoute("POST", Path)!.PathWith(Path, model), Is.EqualTo(expected));
        Assert.That(Anthropic.FindRoute("POST", "v1/messages")!.PathWith("v1/messages", model), Is.EqualTo("v1/messages"));
    }

    [Test]
    public void Images_count_as_the_tokens_of_the_model_that_is_sent()
    {
        const string Image = """{"type":"image_url","image_url":{"url":"https://e.x/1.png"}}""";
        string Body(string model) => $$"""{"model":"{{model}}","messages":[{"role":"user","content":[{{Image}},{{Image}}]}]}""";
        var (large, mini) = (Chat(Body("gpt-4o-----")), Chat(Body("gpt-4o-mini")));

        Assert.That(OpenAi.InputTokensAs(large, "gpt-4o-mini") - mini.InputTokens, Is.InRange(-16, 16));
        Assert.That(OpenAi.InputTokensAs(mini, "gpt-4o") - large.InputTokens, Is.InRange(-16, 16));
        Assert.That(OpenAi.InputTokensAs(Chat("""{"model":"gpt-4o"}"""), "gpt-4o-mini"), Is.EqualTo(Chat("""{"model":"gpt-4o"}""").InputTokens));
    }

    [Test]
    public void Embedding_is_left_as_it_is() => Assert.That(Rewrite(OpenAi, Embedding("""{"model":"m"}"""), Lower), Is.EqualTo("""{"model":"m"}"""));

    [Test]
    public void Model_with_quotes_is_escaped() =>
        Assert.That(JsonNode.Parse(Rewrite(Anthropic, Message("""{"model":"m"}"""), new("a\"b")))!["model"]!.GetValue<string>(), Is.EqualTo("a\"b"));

    [Test]
    public void Every_other_member_keeps_its_bytes() => Gen.Select(Members, Members, Gen.Bool, Gen.Bool).Sample((before, after, streams, hasLimit) =>
    {
        var rest = Joined(before.Length > 0 && after.Length > 0 && before == after ? "" : before, string.Join(" ,\n", after.Split(" ,\n").Except(before.Split(" ,\n"))));
        var body = $"{{ {Joined("\"model\" : \"m\"", streams ? "\"stream\":true" : "", hasLimit ? "\"max_tokens\": 900" : "", rest)} }}";
        var sent = Rewrite(OpenAi, Chat(body), new("other", 256));
        var expected = body.Replace("\"m\"", "\"other\"", StringComparison.Ordinal).Replace(": 900", ": 256", StringComparison.Ordinal);
        var inserted = (hasLimit ? "" : "\"max_completion_tokens\":256,") + (streams ? "\"stream_options\":{\"include_usage\":true}," : "");
        return sent == "{" + inserted + expected[1..] && JsonNode.Parse(sent) is JsonObject;
    });

    private static string Joined(params string[] members) => string.Join(" ,\n", members.Where(member => member.Length > 0));
}
