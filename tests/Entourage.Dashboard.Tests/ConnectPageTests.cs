using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Entourage.Testing;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The page that connects an agent, on a server that requires keys.</summary>
internal sealed class ConnectPageTests : PageFixture
{
    protected override IReadOnlyDictionary<string, string> Settings => ApiHost.WithKeys;

    [Test]
    public async Task A_lead_issues_a_key_and_the_settings_contain_it()
    {
        Expected = "401";
        var lead = (await Api.PostAsync("/keys", new { name = "ada", role = "lead", team_id = Team.Id })).Created.Text("key")!;
        await Page.GotoAsync($"/teams/{Team.Id}/connect?client=claude-code");
        await Page.GetByLabel("Key", new() { Exact = true }).FillAsync(lead);
        await Button("Sign in").ClickAsync();

        var settings = Page.Locator(".copy code").First;
        await Expect(settings).ToContainTextAsync("export OTEL_EXPORTER_OTLP_HEADERS=\"X-API-Key=KEY_OF_THE_AGENT\"");
        await Expect(settings).ToContainTextAsync($"export OTEL_EXPORTER_OTLP_ENDPOINT={Api.Http.BaseAddress!.ToString().TrimEnd('/')}\n");
        await Button("Issue a key").ClickAsync();
        await Expect(Page.GetByText("The settings contain a new key of eng-1. Copy them now.")).ToBeVisibleAsync();
        await Expect(settings).Not.ToContainTextAsync("KEY_OF_THE_AGENT");
        var key = new Regex("X-API-Key=([^\"]+)").Match((await settings.TextContentAsync())!).Groups[1].Value;
        await ExpectGoodAsync();

        // The settings of another program contain the same key.
        await Page.GetByLabel("Program", new() { Exact = true }).SelectOptionAsync("mcp");
        await Expect(settings).ToContainTextAsync($"\"headers\": {{ \"X-API-Key\": \"{key}\" }}");
        await Page.GetByLabel("Program", new() { Exact = true }).SelectOptionAsync("openai-sdk");
        await Expect(Page.GetByText("The gateway of this server has no upstream named openai yet.")).ToBeVisibleAsync();
        await ExpectAccessibleAsync();

        // Telemetry with this key is the agent's, and turns the light green.
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        Assert.That(await ReportAsync(key), Is.EqualTo(HttpStatusCode.OK));
        await Expect(Page.Locator(".light.on")).ToContainTextAsync("eng-1 is connected.");
        await ExpectGoodAsync();
    }

    [Test]
    public async Task A_usage_of_another_agent_leaves_the_light_off()
    {
        Expected = "401";
        var other = await Api.CreateAgentAsync(Team.Id, "eng-2");
        await Page.GotoAsync($"/teams/{Team.Id}/connect?client=codex&agent={Team.Agent}");
        await Page.GetByLabel("Key", new() { Exact = true }).FillAsync(ApiHost.WithKeys["Auth:BootstrapKey"]);
        await Button("Sign in").ClickAsync();
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        await Expect(Page.GetByLabel("Agent", new() { Exact = true })).ToHaveValueAsync(Team.Agent);
        await Team.UseAsync(await Team.StartAsync(agent: other), 1m);

        // Both agents' figures arrive with the same read.
        await Page.GetByLabel("Agent", new() { Exact = true }).SelectOptionAsync(other);
        await Expect(Page.Locator(".light.on")).ToContainTextAsync("eng-2 is connected. A usage arrived. Today it has used 110 tokens for $1.00.");
        await Page.GetByLabel("Agent", new() { Exact = true }).SelectOptionAsync(Team.Agent);
        await Expect(Page.Locator(".light")).ToContainTextAsync("Waiting for a usage of eng-1. Start the program");

        // What was reported before the page was opened does not count.
        await GoLiveAsync($"/teams/{Team.Id}/connect?agent={other}");
        await Expect(Page.Locator(".light")).ToContainTextAsync("Waiting for a usage of eng-2. It has reported usage today already.");
    }

    private async Task<HttpStatusCode> ReportAsync(string key)
    {
        var body = $$$"""
            {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"spans": [{"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174",
              "name": "chat", "kind": 3, "endTimeUnixNano": "1795000000000000000", "attributes": [
                {"key": "gen_ai.conversation.id", "value": {"stringValue": "conversation-1"}},
                {"key": "gen_ai.response.model", "value": {"stringValue": "{{{ApiClient.ListedModel}}}"}},
                {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1200"}},
                {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "300"}}]}]}]}]}
            """;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/traces") { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("X-API-Key", key);
        using var http = new HttpClient { BaseAddress = Api.Http.BaseAddress };
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
