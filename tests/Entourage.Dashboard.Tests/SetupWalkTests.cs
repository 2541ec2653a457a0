using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>From an empty server to a metered agent, in the dashboard.</summary>
internal sealed class SetupWalkTests : DashboardFixture
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Webhooks:AllowPrivateAddresses"] = "true" };

    [Test]
    public async Task A_visitor_sets_up_a_team_and_sees_the_first_usage_of_its_agent()
    {
        await GoAsync("/");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Zoë & Söhne");
        await Page.Keyboard.PressAsync("Enter");

        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "New team" })).ToBeVisibleAsync();
        await Expect(Page.GetByLabel("Time zone")).ToHaveValueAsync("Europe/Berlin");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Core");
        await Page.GetByLabel("Cap per day").FillAsync("50");
        await ExpectAccessibleAsync();
        await Button("Create the team").ClickAsync();

        await Expect(Done).ToHaveTextAsync(["✓Done: Set a cap per day, week or month"]);
        await Expect(Page.Locator(".stats")).ToContainTextAsync("of $50.00 (0%)");
        await Link("Create an agent").ClickAsync();

        await Button("New agent").ClickAsync();
        var dialog = Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.Locator(":focus")).ToHaveCountAsync(1);
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("eng-1");
        await ExpectAccessibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create the agent" }).ClickAsync();
        await Expect(Page).ToHaveURLAsync(new Regex(@"/teams/.+/connect\?agent=.+$"));
        await Page.GetByLabel("Program", new() { Exact = true }).SelectOptionAsync("curl");
        await Expect(Page).ToHaveURLAsync(new Regex("client=curl"));
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        await Expect(Light).ToContainTextAsync("Waiting for a usage of eng-1.");

        var agent = await Page.GetByLabel("Agent", new() { Exact = true }).InputValueAsync();
        await Expect(Page.Locator(".copy code").First).ToContainTextAsync($"-d '{{\"agent_id\": \"{agent}\"}}'");
        var session = (await Api.PostAsync("/sessions/start", new { agent_id = agent })).Created["id"]!.GetValue<long>();
        await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1_200, output_tokens = 300, cost_usd = 0.01m });
        await Expect(Light).ToHaveClassAsync(new Regex(@"\bon\b"));
        await Expect(Light).ToContainTextAsync("eng-1 is connected. A usage arrived. Today it has used 1.5k tokens for $0.0100.");
        await Expect(Light.GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", $"/sessions/{session}");
        await ExpectAccessibleAsync();

        await Page.GetByRole(AriaRole.Navigation, new() { Name = "Breadcrumb" }).GetByRole(AriaRole.Link, new() { Name = "Core" }).ClickAsync();
        await Expect(Done).ToHaveCountAsync(3);
        await Link("Send notifications to a webhook").ClickAsync();
        await Expect(Page).ToHaveURLAsync(new Regex("/settings#webhooks$"));

        var team = new Regex("/teams/([^/]+)/").Match(Page.Url).Groups[1].Value;
        _ = (await Api.PostAsync($"/teams/{team}/webhooks", new { url = "http://localhost:9/hook", events = new[] { "alert" } })).Created;
        await GoLiveAsync($"/teams/{team}");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Sessions today" })).ToBeVisibleAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Set up this team" })).ToHaveCountAsync(0);
    }

    private ILocator Done => Page.Locator(".checklist .done");

    private ILocator Light => Page.Locator(".light");

    private ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });
}
