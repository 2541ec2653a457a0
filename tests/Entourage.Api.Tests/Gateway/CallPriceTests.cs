using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Gateway;

/// <summary>What a call costs besides the tokens of the standard tier.</summary>
internal sealed class CallPriceTests(Store store) : GatewayFixture(store)
{
    private const string Fast = "claude-opus-5"; // 5 USD for a million input tokens, 25 USD for a million output tokens; twice that in fast mode

    [TestCase("fast", 0.006)]
    [TestCase("standard", 0.003)]
    public async Task Tier_that_served_a_call_decides_its_price(string served, decimal usd)
    {
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(
            context, $$$"""{"id":"msg_1","type":"message","model":"{{{Fast}}}","usage":{"input_tokens":100,"output_tokens":100,"speed":"{{{served}}}"}}""");

        var got = await CallAsync("anthropic/v1/messages", $$"""{"model":"{{Fast}}","max_tokens":100,"speed":"fast","messages":[]}""");

        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await BudgetAsync(), Is.EqualTo((usd, 0m)));
    }

    [Test]
    public async Task Call_in_a_dearer_tier_without_a_price_is_refused_until_there_is_one()
    {
        var request = """{"model":"gpt-4o-mini","max_tokens":100,"service_tier":"priority","messages":[]}""";

        var refused = await CallAsync("openai/v1/chat/completions", request);
        _ = (await Host.Api.SendAsync(HttpMethod.Put, "/prices/gpt-4o-mini-fast", new { input_usd_per_mtok = 0.25, output_usd_per_mtok = 1 })).Ok;
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(
            context, """{"id":"c_1","model":"gpt-4o-mini","service_tier":"priority","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":100}}""");
        var got = await CallAsync("openai/v1/chat/completions", request);

        Assert.That((refused.StatusCode, got.StatusCode), Is.EqualTo((HttpStatusCode.BadRequest, HttpStatusCode.OK)));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("set a price for 'gpt-4o-mini-fast'"));
        Assert.That(await BudgetAsync(), Is.EqualTo((0.00035m, 0m)));
    }

    [Test]
    public async Task Searches_of_the_provider_are_recorded_with_a_price_of_their_own()
    {
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(
            context, $$$$"""{"id":"msg_1","type":"message","model":"{{{{Model}}}}","usage":{"input_tokens":1000,"output_tokens":10,"server_tool_use":{"web_search_requests":3}}}""");

        await CallAsync("anthropic/v1/messages", Messages(more: ""","tools":[{"type":"web_search_20250305","name":"web_search","max_uses":3}]"""));

        var records = (await Host.Api.GetAsync("/sessions/1/usage")).Ok.AsArray();
        Assert.That(records.Select(record => (record!.Text("model"), record!.Usd("cost_usd"))), Is.EquivalentTo(new[] { (Model, 0.00315m), ("anthropic-web-search", 0.03m) }));
        Assert.That(await BudgetAsync(), Is.EqualTo((0.03315m, 0m)));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Searches_that_may_exceed_a_cap_are_refused_before_they_are_made()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 0.3m });
        var search = """,,"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":8}]"""[1..];

        var refused = await CallAsync("anthropic/v1/messages", Messages(more: search));
        var withoutTools = await CallAsync("anthropic/v1/messages", Messages());

        Assert.That(((int)refused.StatusCode, (int)withoutTools.StatusCode, Provider.Calls.Count), Is.EqualTo((402, 200, 1)));
    }
}
