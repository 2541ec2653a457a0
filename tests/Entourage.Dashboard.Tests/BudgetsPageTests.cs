using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The lists of budgets.</summary>
internal sealed class BudgetsPageTests : PageFixture
{
    private ILocator Rows => Page.Locator("tbody tr");

    [Test]
    public async Task Every_budget_is_listed_with_its_forecast_and_links_to_what_it_limits()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 20m, weekly_cost_limit_usd = 1_000m, agent_daily_cost_limit_usd = 8m, session_cost_limit_usd = 50m });
        _ = (await Api.PatchAsync($"/settings/orgs/{Team.Organisation}", new { daily_cost_limit_usd = 100m })).Ok;
        var task = await Team.CreateTaskAsync(new { title = "Fix login bug", task_type = "bugfix", tags = new[] { "budget:12.00" } });
        await Team.UseAsync(await Team.StartAsync(task), 6m);

        await GoAsync($"/teams/{Team.Id}/budgets");
        await Expect(Rows).ToHaveCountAsync(6);
        await Expect(Rows.First).ToContainTextAsync("eng-1");

        // Half of the day is over.
        await Expect(Rows.Filter(new() { HasText = "Fix login bug" })).ToContainTextAsync("11 Jun 00:00");
        await Expect(Rows.First).ToContainTextAsync("today at 16:00");
        await Expect(Rows.Filter(new() { HasText = "Week" })).ToContainTextAsync("not before the window ends");
        await Expect(Rows.Filter(new() { HasText = "organisation" })).ToContainTextAsync("6%");
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);

        await Page.GetByRole(AriaRole.Link, new() { Name = "Fix login bug" }).ClickAsync();
        await Expect(Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"/tasks/{task}$"));
    }

    [Test]
    public async Task The_list_is_searched_sorted_and_paged_in_the_address()
    {
        await Team.ConfigureAsync(new { agent_daily_cost_limit_usd = 8m });
        for (var i = 0; i < 30; i++)
        {
            await Api.CreateAgentAsync(Team.Id, $"builder-{i:00}");
        }

        await Team.UseAsync(await Team.StartAsync(), 4m);
        await GoAsync($"/teams/{Team.Id}/budgets");
        await Expect(Rows).ToHaveCountAsync(25);
        await Expect(Rows.First).ToContainTextAsync("eng-1");
        await Page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await Expect(Rows).ToHaveCountAsync(6);
        await Page.GetByRole(AriaRole.Link, new() { Name = "Budget of" }).ClickAsync();
        await Expect(Rows.First).ToContainTextAsync("builder-00");
        await Expect(Page.GetByRole(AriaRole.Columnheader, new() { Name = "Budget of" })).ToHaveAttributeAsync("aria-sort", "ascending");
        await Page.GetByRole(AriaRole.Link, new() { Name = "Budget of" }).ClickAsync();
        await Expect(Rows.First).ToContainTextAsync("eng-1");
        await Page.GetByLabel("Search").FillAsync("BUILDER-1");
        await Page.GetByLabel("Search").BlurAsync();
        await Expect(Rows).ToHaveCountAsync(10);
        await Expect(Rows.First).ToContainTextAsync("builder-19");
        await Page.ReloadAsync();
        await Expect(Rows).ToHaveCountAsync(10);
        await Expect(Rows.First).ToContainTextAsync("builder-19");
    }

    [Test]
    public async Task An_organisation_lists_the_budgets_of_all_teams_and_one_without_caps_says_so()
    {
        await GoAsync($"/orgs/{Team.Organisation}/budgets");
        await Expect(Page.GetByText("No budget has a limit.")).ToBeVisibleAsync();
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 20m });
        await Page.GetByRole(AriaRole.Button, new() { Name = "Reload" }).ClickAsync();
        await Expect(Rows).ToHaveCountAsync(1);
        await Expect(Rows.First).ToContainTextAsync("Core");
        await ExpectGoodAsync();
    }
}
