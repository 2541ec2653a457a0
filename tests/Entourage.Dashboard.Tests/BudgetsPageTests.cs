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

    [Test]
    public async Task A_budget_of_a_model_is_created_changed_and_deleted()
    {
        await Team.UseAsync(await Team.StartAsync(), 3m);
        await GoAsync($"/teams/{Team.Id}/budgets");
        await Button("New budget").ClickAsync();
        await Page.GetByLabel("Counts").SelectOptionAsync("model");
        await Button("Create the budget").ClickAsync();
        await Expect(ErrorOf("Model")).ToContainTextAsync("must not be empty");

        await Page.GetByLabel("Model", new() { Exact = true }).FillAsync("house-*");
        await Page.GetByLabel("Begins on day").FillAsync("15");
        await Page.GetByLabel("Limit", new() { Exact = true }).FillAsync("12.50");
        await Page.GetByLabel("Limit in tokens").FillAsync("1,000");
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);
        await Button("Create the budget").ClickAsync();

        var own = Row("Budgets of labels, models and more", "Model house-*");
        await Expect(own).ToContainTextAsync("Month from day 15");
        await Expect(own).ToContainTextAsync("$12.50 and 1,000 tokens");
        var listed = Region("2 budgets").Locator("tbody tr");
        await Expect(listed.Filter(new() { HasText = "$12.50" })).ToContainTextAsync("24%");
        await Expect(listed.Filter(new() { HasText = "11%" })).ToContainTextAsync("110");

        await Button("Change Model house-*").ClickAsync();
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Claude");
        await Page.GetByLabel("Limit in tokens").FillAsync("");
        await Button("Save").ClickAsync();
        await Expect(Row("1 budget", "Claude")).ToContainTextAsync("model house-*");
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);

        await Button("Delete Claude").ClickAsync();
        await Expect(Dialog).ToContainTextAsync("The limit of $12.50 no longer applies");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(Page.GetByText("No budget has a limit.")).ToBeVisibleAsync();
        Assert.That((await Api.GetAsync($"/budgets?team_id={Team.Id}")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Budgets_of_labels_teams_and_archived_agents_are_named()
    {
        _ = (await Api.PostAsync("/budgets", new { scope = "team", match = "*", org_id = Team.Organisation, period = "hour", limit_tokens = 500, name = "Brake" })).Created;
        _ = (await Api.PostAsync("/budgets", new { scope = "label", match = "customer=acme", org_id = Team.Organisation, period = "minute", limit_usd = 5m })).Created;
        var spare = await Api.CreateAgentAsync(Team.Id, "spare");
        _ = (await Api.PostAsync("/budgets", new { scope = "agent", match = spare, period = "day", limit_usd = 5m })).Created;
        _ = (await Api.PostAsync($"/agents/{spare}/archive", null)).Ok;
        await Team.UseAsync(await Team.StartAsync(), 3m);

        await GoAsync($"/orgs/{Team.Organisation}/budgets");

        await Expect(Row("2 budgets", "Brake")).ToContainTextAsync("team Core");
        await Expect(Row("2 budgets", "Brake")).ToContainTextAsync("22%");
        await Expect(Row("2 budgets", "customer=acme")).ToContainTextAsync("slides");
        await Button("New budget").ClickAsync();
        await Page.GetByLabel("Counts").SelectOptionAsync("team");
        await Page.GetByLabel("Which").SelectOptionAsync(Team.Id);
        await Page.GetByLabel("Limit", new() { Exact = true }).FillAsync("20");
        await Button("Create the budget").ClickAsync();
        await Expect(Row("3 budgets", "Core").Filter(new() { HasText = "$20.00" })).ToContainTextAsync("15%");
        await ExpectGoodAsync();
    }
}
