using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The lists of sessions, and the pages of agents, tasks, labels and models.</summary>
internal sealed class SessionsPageTests : PageFixture
{
    private ILocator Rows => Page.Locator("tbody tr");

    [Test]
    public async Task Sessions_are_searched_sorted_and_paged_in_the_address()
    {
        var task = await Team.CreateTaskAsync();
        long dearest = 0;
        for (var i = 0; i < 27; i++)
        {
            var session = await Team.StartAsync(i == 3 ? task : null);
            dearest = i == 5 ? session : dearest;
            await Team.UseAsync(session, i == 5 ? 9m : 1m);
        }

        await GoAsync($"/teams/{Team.Id}/sessions");
        await Expect(Rows).ToHaveCountAsync(25);
        await Page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await Expect(Rows).ToHaveCountAsync(2);
        await Page.GetByRole(AriaRole.Link, new() { Name = "Cost" }).Last.ClickAsync();
        await Expect(Rows.First).ToContainTextAsync($"Session {dearest}");
        await Page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await Expect(Rows).ToHaveCountAsync(2);
        await Page.GetByLabel("Search").FillAsync("LOGIN");
        await Page.GetByLabel("Search").BlurAsync();
        await Expect(Rows).ToHaveCountAsync(1);
        await Expect(Rows.First).ToContainTextAsync("Fix login bug");
        await Page.ReloadAsync();
        await Expect(Rows).ToHaveCountAsync(1);
        await Page.GetByLabel("Status").SelectOptionAsync("killed");
        await Expect(Page.GetByText("No session matches.")).ToBeVisibleAsync();
        await ExpectGoodAsync();
    }

    [Test]
    public async Task An_agent_shows_its_spending_caps_alerts_and_sessions()
    {
        await Team.ConfigureAsync(new { agent_daily_cost_limit_usd = 8m });
        var task = await Team.CreateTaskAsync();
        await Team.UseAsync(await Team.StartAsync(task), 9m);
        await GoAsync($"/agents/{Team.Agent}");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("eng-1");
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$9.00");
        await Expect(Row("Caps", "eng-1")).ToContainTextAsync("reached");
        await Expect(Region("Newest alerts").Locator("li").First).ToBeVisibleAsync();
        await Page.GetByLabel("Split by").SelectOptionAsync("task");
        await Expect(Page.Locator(".legend").GetByRole(AriaRole.Link, new() { Name = "Fix login bug" })).ToBeVisibleAsync();
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);
        await Page.Locator(".legend").GetByRole(AriaRole.Link, new() { Name = "Fix login bug" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Fix login bug");
        await Expect(Page.GetByRole(AriaRole.Navigation, new() { Name = "Breadcrumb" })).ToContainTextAsync("Core");
    }

    [Test]
    public async Task A_label_and_a_model_show_their_spending()
    {
        var task = await Team.CreateTaskAsync(new { title = "Fix login bug", tags = new[] { "front end", "budget:50.00" } });
        await Team.UseAsync(await Team.StartAsync(task), 4m);
        await Team.UseAsync(await Team.StartAsync(), 1m);
        await GoAsync($"/tasks/{task}");
        await Expect(Row("Caps", "Fix login bug")).ToContainTextAsync("$50.00");
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);
        await Page.GetByRole(AriaRole.Link, new() { Name = "front end" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("front end");
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$4.00");
        await Expect(Region("Sessions").Locator("tbody tr")).ToHaveCountAsync(1);
        await Page.Locator(".legend").GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$5.00");
        await Expect(Region("Sessions").Locator("tbody tr")).ToHaveCountAsync(2);
        await ExpectGoodAsync();
    }
}
