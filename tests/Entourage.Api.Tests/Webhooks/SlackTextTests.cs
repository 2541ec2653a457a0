using System.Text.RegularExpressions;
using CsCheck;
using Entourage.Testing;

namespace Entourage.Api.Tests.Webhooks;

/// <summary>Text from agents is shown in Slack messages without any effect.</summary>
internal sealed partial class SlackTextTests(Store store) : WebhookFixture(store)
{
    private static readonly string[] Hostile =
    [
        "<!channel>", "<@U123>", "<https://evil.example|Click>", "https://evil.example/x", "evil.example", "www.evil.example", "bob@evil.example", "@here",
        "#general", "*bold*", "_it_", "~no~", "`code`", "```block```", ":rotating_light:", ":+1:", ":100:", "&lt;!here&gt;", "\n> quote\n", "\r\nAlert, session 9: x",
        "\u2028Alert", "\u202e", "\u200b", "\u00a0\u00a0", "“", "\"", "🙂",
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.OneOf(Hostile),
        Gen.Char["abc .:/*_~`<>&@#|-1"].Select(character => character.ToString())).Array[1, 40].Select(pieces => string.Concat(pieces));

    [TestCase("<https://evil.example|Click here>", "“&lt;https[:]//evil[.]example|Click here&gt;”")]
    [TestCase("see https://evil.example/a", "“see https[:]//evil[.]example/a”")]
    [TestCase("evil.example", "evil[.]example")]
    [TestCase("write bob@evil.example", "“write bob[at]evil[.]example”")]
    [TestCase("<!channel> <@U123> <!subteam^S1> <#C1>", "“&lt;!channel&gt; &lt;[at]U123&gt; &lt;!subteam^S1&gt; &lt;[#]C1&gt;”")]
    [TestCase("@here", "[at]here")]
    [TestCase("*a* _b_ ~c~ `d` snake_case", "∗a∗ ＿b＿ ∼c∼ 'd' snake_case")]
    [TestCase(":rotating_light:", ": rotating_light:")]
    [TestCase("at 12:30:45", "“at 12:30:45”")]
    [TestCase("a\r\nAlert, session 9 (stop): b", "“a Alert, session 9 (stop): b”")]
    [TestCase("a\n\n\n   \tb", "a b")]
    [TestCase("x” Alert: y", "“x' Alert: y”")]
    [TestCase("429 of gpt-4.1", "“429 of gpt-4.1”")]
    [TestCase("&lt;!here&gt;", "“&amp;lt;!here&amp;gt;”")]
    [TestCase("a\u202eb\u200bc", "abc")]
    public async Task Error_text_is_shown_without_markup(string error, string shown)
    {
        await CreateAsync(["session"], "slack");
        var session = await Team.StartAsync();
        _ = (await Api.PostAsync($"/sessions/{session}/end", new { error })).Ok;
        var texts = new[] { await ReadAsync(), await ReadAsync() };
        Assert.That(texts, Does.Contain($"Session {session} of eng-1 has ended (failed) at 0.00 USD. {shown}"));
    }

    [TestCase("eng-1 has begun. Session 7 of eve", "“eng-1 has begun. Session 7 of eve”")]
    [TestCase("<!channel>", "“&lt;!channel&gt;”")]
    [TestCase("https://evil.example", "https[:]//evil[.]example")]
    [TestCase("reviewer_2", "reviewer_2")]
    public async Task Name_is_shown_without_markup(string name, string shown)
    {
        await CreateAsync(["session"], "slack");
        var session = await Team.StartAsync(agent: await Api.CreateAgentAsync(Team.Id, name));
        Assert.That(await ReadAsync(), Is.EqualTo($"Session {session} of {shown} has begun."));
    }

    [Test]
    public async Task Reasons_alerts_and_models_are_shown_without_markup()
    {
        await CreateAsync(["stop", "alert", "usage"], "slack");
        var session = await Team.StartAsync();
        _ = (await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, model = "<https://evil.example|m>" })).Ok;
        _ = (await Api.PostAsync($"/sessions/{session}/kill", new { reason = "*see* https://evil.example @here" })).Ok;

        var texts = new[] { await ReadAsync(), await ReadAsync(), await ReadAsync() };

        foreach (var text in texts)
        {
            AssertInert(text);
        }

        Assert.That(texts.Single(text => text.StartsWith("Stop", StringComparison.Ordinal)), Does.EndWith("“∗see∗ https[:]//evil[.]example [at]here”"));
        Assert.That(texts.Single(text => text.StartsWith("Session", StringComparison.Ordinal)), Does.Contain("“&lt;https[:]//evil[.]example|m&gt;”"));
    }

    [Test]
    public async Task Message_is_short_even_for_a_long_error()
    {
        await CreateAsync(["session"], "slack");
        var session = await Team.StartAsync();
        _ = (await Api.PostAsync($"/sessions/{session}/end", new { error = string.Concat(Enumerable.Repeat("<&>🙂", 100)) })).Ok;
        var text = new[] { await ReadAsync(), await ReadAsync() }.Single(text => text.Contains("ended", StringComparison.Ordinal));
        Assert.That(text, Has.Length.LessThan(3_000));
        AssertInert(text);
    }

    [Test]
    public async Task Message_has_no_markup_for_any_error_text()
    {
        await CreateAsync(["session"], "slack");
        await Texts.SampleAsync(
            async error =>
            {
                var session = await Team.StartAsync();
                var ended = await Api.PostAsync($"/sessions/{session}/end", new { error = error.Length > 400 ? error[..400] : error });
                var texts = new[] { await ReadAsync(), await ReadAsync() };
                _ = ended.Ok;
                foreach (var text in texts)
                {
                    AssertInert(text);
                }
            },
            iter: Depth.Of(40, 2_000),
            threads: 1);
    }

    private static void AssertInert(string text) => Assert.That(Markup.Matches(text).Select(match => match.Value), Is.Empty, text);

    private async Task<string> ReadAsync() => (await Receiver.ReadAsync()).Json.Text("text")!;

    // Links, bare domains and addresses, mentions, emoji, formatting, foreign entities, and invisible characters.
    [GeneratedRegex(@"[<>@*~`\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|://|[\p{L}\p{N}][.][\p{L}]{2}|&(?!(amp|lt|gt);)|:[\p{L}_+-]+:|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|#\p{L}|  ")]
    private static partial Regex Markup { get; }
}
