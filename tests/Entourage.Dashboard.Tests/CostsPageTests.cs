using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The page of cost reports.</summary>
internal sealed class CostsPageTests : PageFixture
{
    private static readonly DateTimeOffset Yesterday = new(2026, 6, 9, 9, 0, 0, TimeSpan.Zero);

    private string Address => $"/teams/{Team.Id}/costs";

    [Test]
    public async Task Costs_can_be_grouped_and_filtered()
    {
        var other = await Api.CreateAgentAsync(Team.Id, "eng-2", ApiClient.UnlistedModel);
        await Team.UseAsync(await Team.StartAsync(await Team.CreateTaskAsync()), 3m);
        await Team.UseAsync(await Team.StartAsync(agent: other), 1m);
        await Team.UseAsync(await Team.StartAsync(agent: other), 2m, Yesterday);

        await GoAsync(Address);
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$6.00");
        await Expect(Row("Spent", "eng-1")).ToContainTextAsync("50%");
        await Expect(Row("Spent", "Total")).ToContainTextAsync("$6.00");
        await Expect(Page.GetByRole(AriaRole.Img, new() { NameRegex = new(@"^Spent by day: \$6\.00\. The highest is \$4\.00 on Wed 10 Jun 2026\.") })).ToBeVisibleAsync();
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);

        await Page.GetByLabel("Group by").SelectOptionAsync("day");
        await Expect(Row("Spent", "Tue 9 Jun 2026").First).ToContainTextAsync("$2.00");
        await Page.GetByLabel("Group by").SelectOptionAsync("task");
        await Expect(Row("Spent", "Fix login bug")).ToContainTextAsync("$3.00");
        await Page.GetByLabel("Group by").SelectOptionAsync("model");
        await Expect(Row("Spent", ApiClient.UnlistedModel)).ToContainTextAsync("100%");

        await Page.GetByLabel("Group by").SelectOptionAsync("agent");
        await Row("Spent", "eng-2").GetByRole(AriaRole.Link).ClickAsync();
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$3.00");
        await Expect(Page.GetByLabel("Agent", new() { Exact = true })).ToHaveValueAsync(other);
        await Page.GetByLabel("Range").SelectOptionAsync("today");
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$1.00");
        await Expect(Region("Sessions").Locator("tbody tr")).ToHaveCountAsync(2);
        await Page.GetByLabel("Group by").SelectOptionAsync("hour");
        await Expect(Row("Spent", "10 Jun 12:00").First).ToContainTextAsync("$1.00");
        await Page.GetByLabel("Agent", new() { Exact = true }).SelectOptionAsync("");
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$4.00");
        await Page.ReloadAsync();
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$4.00");
    }

    [Test]
    public async Task Costs_are_shown_by_label_and_restricted_to_a_label()
    {
        var acme = await Host.StartAsync(Team, "customer=acme,pr=4711");
        await Host.UseAsync(acme, 5m);
        await Host.UseAsync(await Host.StartAsync(Team, "customer=globex"), 3m);
        await Team.UseAsync(await Team.StartAsync(), 2m);

        await GoAsync(Address);
        await Expect(Row("By label", "acme")).ToContainTextAsync("50%");
        await Expect(Row("By label", "no customer")).ToContainTextAsync("$2.00");
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);
        await Page.GetByLabel("Label", new() { Exact = true }).SelectOptionAsync("pr");
        await Expect(Row("By label", "4711")).ToContainTextAsync("$5.00");
        await Row("By label", "4711").GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$5.00");
        await Page.GetByRole(AriaRole.Link, new() { Name = "Remove the filter pr=4711" }).ClickAsync();
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$10.00");

        await GoAsync($"/sessions/{acme}");
        await Page.GetByRole(AriaRole.Link, new() { Name = "customer=acme" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("customer=acme");
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$5.00");
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);

        await GoAsync($"/teams/{Team.Id}/sessions?label=customer%3Dglobex");
        await Expect(Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Page.GetByLabel("Label", new() { Exact = true }).FillAsync("nonsense");
        await Page.GetByLabel("Label", new() { Exact = true }).BlurAsync();
        await Expect(ErrorOf("Label")).ToContainTextAsync("is not a label");
        await ExpectGoodAsync();
        await GoAsync($"/teams/{Team.Id}/labels?name=frontend");
        await Expect(Page.GetByText("Tag of tasks")).ToBeVisibleAsync();
    }

    [Test]
    public async Task Assumed_cost_is_shown_separately_until_the_model_has_a_price()
    {
        var session = await Team.StartAsync();
        _ = (await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 200_000, output_tokens = 0, model = "house-costs" })).Ok;
        await Team.UseAsync(session, 2m);

        await GoAsync(Address);
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$3.00");
        await Expect(Page.Locator(".band")).ToContainTextAsync("$1.00 of this is assumed");
        await GoAsync($"/sessions/{session}");
        await Expect(Page.GetByText("Assumed", new() { Exact = true })).ToBeVisibleAsync();

        _ = (await Api.SendAsync(HttpMethod.Put, "/prices/house-costs", new { input_usd_per_mtok = 1m, output_usd_per_mtok = 1m })).Ok;
        await GoAsync(Address);
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$2.20");
        await Expect(Page.GetByText("of this is assumed")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task A_custom_range_is_applied_and_one_that_ends_before_it_begins_is_refused()
    {
        await Team.UseAsync(await Team.StartAsync(), 2m, Yesterday);
        await GoAsync(Address);
        await Page.GetByLabel("Range").SelectOptionAsync("custom");
        await Page.GetByLabel("From").FillAsync("2026-06-10");
        await Page.GetByLabel("From").BlurAsync();
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$0.00");
        await Page.GetByLabel("To (inclusive)").FillAsync("2026-06-01");
        await Page.GetByLabel("To (inclusive)").BlurAsync();
        await Expect(ErrorOf("To (inclusive)")).ToHaveTextAsync("The end of the range must be later than its start.");
        await Page.GetByLabel("From").FillAsync("2026-05-01");
        await Page.GetByLabel("From").BlurAsync();
        await Page.GetByLabel("To (inclusive)").FillAsync("2026-06-09");
        await Page.GetByLabel("To (inclusive)").BlurAsync();
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$2.00");
    }

    [Test]
    public async Task The_filtered_sessions_can_be_downloaded_as_CSV()
    {
        var session = await Team.StartAsync();
        await Team.UseAsync(session, 1.25m);
        var other = await Api.CreateAgentAsync(Team.Id, "eng-2", ApiClient.UnlistedModel);
        await Team.UseAsync(await Team.StartAsync(agent: other), 2m);
        await GoAsync($"{Address}?period=today&agent={Team.Agent}");
        var download = await Page.RunAndWaitForDownloadAsync(() => Page.GetByRole(AriaRole.Link, new() { Name = "Download sessions as CSV" }).ClickAsync());
        var lines = await File.ReadAllLinesAsync(await download.PathAsync());
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[1], Does.StartWith($"{session},").And.Contain("1.25"));
    }

    [Test]
    public async Task A_daily_cap_is_simulated_on_past_usage()
    {
        await Team.UseAsync(await Team.StartAsync(), 4m, Yesterday);
        await Team.UseAsync(await Team.StartAsync(), 1m);
        await GoAsync(Address);
        await Page.GetByLabel("Daily cap", new() { Exact = true }).FillAsync("");
        await Button("Simulate").ClickAsync();
        await Expect(ErrorOf("Daily cap")).ToContainTextAsync("must not be empty");
        await Page.GetByLabel("Daily cap", new() { Exact = true }).FillAsync("3");
        await Page.GetByLabel("Apply to").SelectOptionAsync("7");
        await Button("Simulate").ClickAsync();
        await Expect(Region("What would a daily cap have stopped?")).ToContainTextAsync("would have saved $1.00 of $5.00 and been reached on 1 of 7 days.");
        await Expect(Row("What would a daily cap have stopped?", "Tue 9 Jun 2026").Last).ToContainTextAsync("09:00");
        await ExpectGoodAsync();
        await Page.GetByLabel("Daily cap", new() { Exact = true }).FillAsync("30");
        await Button("Simulate").ClickAsync();
        await Expect(Region("What would a daily cap have stopped?")).ToContainTextAsync("would not have been reached");
    }

    [Test]
    public async Task An_organisation_shows_costs_by_team()
    {
        await Team.UseAsync(await Team.StartAsync(), 3m);
        await GoAsync($"/orgs/{Team.Organisation}/costs");
        await Expect(Row("Spent", "Core")).ToContainTextAsync("$3.00");
        await Expect(Page.GetByLabel("Daily cap", new() { Exact = true })).ToHaveCountAsync(0);
        await ExpectAccessibleAsync();
    }

    [Test]
    public async Task A_range_without_usage_shows_how_to_report_usage()
    {
        await GoAsync(Address);
        await Expect(Region("Spent")).ToContainTextAsync("No usage in this range.");
        await Expect(Region("Spent")).ToContainTextAsync($"{Api.Http.BaseAddress}api/v1/sessions/SESSION_ID/usage");
    }

    [Test]
    public async Task Older_sessions_are_loaded_on_demand()
    {
        for (var i = 0; i < 11; i++)
        {
            await Team.StartAsync();
        }

        await GoAsync(Address);
        await Expect(Region("Sessions").Locator("tbody tr")).ToHaveCountAsync(10);
        await Button("Older sessions").ClickAsync();
        await Expect(Region("Sessions").Locator("tbody tr")).ToHaveCountAsync(11);
        await Expect(Button("Older sessions")).ToHaveCountAsync(0);
    }
}
