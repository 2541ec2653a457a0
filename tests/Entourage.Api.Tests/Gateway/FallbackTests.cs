using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Gateway;

/// <summary>Calls that a team's model fallbacks send as a cheaper model.</summary>
internal sealed class FallbackTests(Store store) : GatewayFixture(store)
{
    private const string ModelHeader = "x-entourage-model";
    private const string Opus = "claude-opus-4-20250514";
    private const string Gemini = """{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":100},"modelVersion":"gemini-2.5-flash"}""";
    private const string Chat = """{"id":"c1","model":"gpt-4o-mini-2024-07-18","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":0}}}""";

    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Gateway:OutputTokens:claude-haiku-4"] = "700" };

    [Test]
    public async Task Call_is_sent_as_the_cheaper_model_from_its_share_on_and_the_answer_names_it()
    {
        Provider.Answer = (context, call) => FakeProvider.AnswerJsonAsync(context, Message(1_000, 100).Replace(Model, call.Json.Text("model"), StringComparison.Ordinal));
        await ConfigureAsync(limit: 1m, (0.8m, "claude-opus-*", Model));
        var request = Messages(more: ""","metadata":{"user_id":"é"},"unknown":[1,2.50]""").Replace(Model, Opus, StringComparison.Ordinal);

        var before = await CallAsync("anthropic/v1/messages", request);
        await Team.UseAsync(await Team.StartAsync(), 0.8m);
        var after = await CallAsync("anthropic/v1/messages", request);

        Assert.That((before.StatusCode, after.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
        Assert.That((HeaderOf(before), HeaderOf(after)), Is.EqualTo(((string?)null, Model)));
        Assert.That(Provider.Calls.Select(call => Encoding.UTF8.GetString(call.Body)), Is.EqualTo(new[] { request, request.Replace(Opus, Model, StringComparison.Ordinal) }));
        Assert.That(await BudgetAsync(), Is.EqualTo((0.8m + (1_000 * 0.000015m) + (100 * 0.000075m) + (1_000 * 0.000003m) + (100 * 0.000015m), 0m)));
        Assert.That((await Host.Api.GetAsync("/sessions/1/usage")).Ok.AsArray().Select(usage => usage!.Text("model")), Is.EqualTo(new[] { Model, Opus }));
    }

    [Test]
    public async Task Call_that_does_not_fit_is_sent_as_the_cheaper_model_before_its_share_is_reached()
    {
        Provider.Answer = (context, _) => FakeProvider.StreamAsync(context, MessageEvents(100, 10));
        await ConfigureAsync(limit: 0.019m, (0.8m, Opus, Model));

        var got = await CallAsync("anthropic/v1/messages", Messages(stream: true).Replace(Model, Opus, StringComparison.Ordinal));
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 0.004m });
        var refused = await CallAsync("anthropic/v1/messages", Messages(stream: true).Replace(Model, Opus, StringComparison.Ordinal));

        Assert.That((got.StatusCode, HeaderOf(got)), Is.EqualTo((HttpStatusCode.OK, Model)));
        Assert.That((refused.StatusCode, HeaderOf(refused)), Is.EqualTo((HttpStatusCode.PaymentRequired, (string?)null)));
        Assert.That((Provider.Calls.Single().Json.Text("model"), Provider.Calls.Single().Json.Number("max_tokens")), Is.EqualTo((Model, 1_000L)));
    }

    [TestCase(1_000, 700)]
    [TestCase(500, 500)]
    public async Task Output_limit_is_lowered_to_what_the_cheaper_model_accepts(int asked, int sent)
    {
        await ConfigureAsync(limit: 10m, (0m, "claude-opus-*", "claude-haiku-4-5"));

        _ = await CallAsync("anthropic/v1/messages", Messages(asked).Replace(Model, Opus, StringComparison.Ordinal));

        Assert.That(Provider.Calls.Single().Json.Number("max_tokens"), Is.EqualTo(sent));
    }

    [Test]
    public async Task Call_that_needs_more_output_than_the_cheaper_model_accepts_keeps_its_model()
    {
        await ConfigureAsync(limit: 10m, (0m, "claude-opus-*", "claude-haiku-4-5"));

        var got = await CallAsync("anthropic/v1/messages", Messages(1_000, more: ""","thinking":{"type":"enabled","budget_tokens":700}""").Replace(Model, Opus, StringComparison.Ordinal));

        Assert.That((Provider.Calls.Single().Json.Text("model"), HeaderOf(got)), Is.EqualTo((Opus, (string?)null)));
    }

    [Test]
    public async Task Call_of_open_ai_is_sent_as_the_cheaper_model()
    {
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, Chat);
        await ConfigureAsync(limit: 10m, (0m, "gpt-4o", "gpt-4o-mini"));

        var got = await CallAsync("openai/v1/chat/completions", """{ "max_tokens" : 500, "model" : "gpt-4o", "messages":[] }""");

        Assert.That((HeaderOf(got), await got.Content.ReadAsStringAsync()), Is.EqualTo(("gpt-4o-mini", Chat)));
        Assert.That(Encoding.UTF8.GetString(Provider.Calls.Single().Body), Is.EqualTo("""{ "max_tokens" : 500, "model" : "gpt-4o-mini", "messages":[] }"""));
        Assert.That(await BudgetAsync(), Is.EqualTo(((1_000 * 0.00000015m) + (100 * 0.0000006m), 0m)));
    }

    [Test]
    public async Task Call_of_gemini_is_sent_to_the_path_of_the_cheaper_model()
    {
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, Gemini);
        await ConfigureAsync(limit: 10m, (0m, "gemini-2.5-pro", "gemini-2.5-flash"));

        var got = await CallAsync("gemini/v1beta/models/gemini-2.5-pro:generateContent?alt=json", """{"contents":[],"generationConfig":{"maxOutputTokens":500}}""");

        Assert.That((HeaderOf(got), Provider.Calls.Single().Target), Is.EqualTo(("gemini-2.5-flash", "/v1beta/models/gemini-2.5-flash:generateContent?alt=json")));
        Assert.That(Encoding.UTF8.GetString(Provider.Calls.Single().Body), Is.EqualTo("""{"contents":[],"generationConfig":{"maxOutputTokens":500}}"""));
        Assert.That(await BudgetAsync(), Is.EqualTo(((1_000 * 0.0000003m) + (100 * 0.0000025m), 0m)));
    }

    [Test]
    public async Task Errors_name_the_cheaper_model_as_well()
    {
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, """{"type":"error"}""", 529);
        await ConfigureAsync(limit: 10m, (0m, Opus, Model));
        var request = Messages().Replace(Model, Opus, StringComparison.Ordinal);

        var ofProvider = await CallAsync("anthropic/v1/messages", request);
        await Provider.DisposeAsync();
        var ofGateway = await CallAsync("anthropic/v1/messages", request);

        Assert.That(((int)ofProvider.StatusCode, HeaderOf(ofProvider)), Is.EqualTo((529, Model)));
        Assert.That(((int)ofGateway.StatusCode, HeaderOf(ofGateway)), Is.EqualTo((503, Model)));
        Assert.That(await BudgetAsync(), Is.EqualTo((0m, 0m)));
    }

    [Test]
    public async Task Fallback_without_a_price_is_passed_over_until_it_has_one()
    {
        await ConfigureAsync(limit: 10m, (0m, Opus, "house-mini"));
        var request = Messages().Replace(Model, Opus, StringComparison.Ordinal);

        var without = await CallAsync("anthropic/v1/messages", request);
        _ = (await Host.Api.SendAsync(HttpMethod.Put, "/prices/house-mini", new { input_usd_per_mtok = 0.1m, output_usd_per_mtok = 0.5m })).Text;
        var with = await CallAsync("anthropic/v1/messages", request);

        Assert.That((HeaderOf(without), HeaderOf(with)), Is.EqualTo(((string?)null, "house-mini")));
    }

    [Test]
    public async Task Body_that_names_two_models_is_refused()
    {
        await ConfigureAsync(limit: 10m, (0m, Opus, Model));

        var got = await CallAsync("anthropic/v1/messages", $$"""{"model":"{{Opus}}","max_tokens":5,"model":"{{Opus}}","messages":[]}""");

        Assert.That((got.StatusCode, Provider.Calls.Count), Is.EqualTo((HttpStatusCode.BadRequest, 0)));
    }

    private Task<JsonNode> ConfigureAsync(decimal limit, params (decimal Share, string From, string To)[] rules) => Team.ConfigureAsync(new
    {
        daily_cost_limit_usd = limit,
        model_fallbacks = rules.Select(rule => new { when_spent = rule.Share, from = rule.From, to = rule.To }),
    });

    private static string? HeaderOf(HttpResponseMessage answer) => answer.Headers.TryGetValues(ModelHeader, out var values) ? string.Join(", ", values) : null;
}
