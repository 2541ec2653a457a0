using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>What a lead sees in the morning.</summary>
internal sealed class MorningPageTests : PageFixture
{
    private static readonly DateTimeOffset Now = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task A_team_shows_caps_trend_top_spenders_decisions_and_the_night()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 20m });
        var task = await Team.CreateTaskAsync(new { title = "Fix login bug", task_type = "bugfix", tags = new[] { "frontend", "budget:90.00" } });
        var session = await Team.StartAsync(task);
        await Team.UseAsync(session, 6m);
        await Team.UseAsync(session, 3m, Now.AddDays(-1));
        await Team.UseAsync(session, 2m, Now.AddDays(-8));
        _ = (await Api.PostAsync("/human-requests", new { agent_id = Team.Agent, kind = "budget_increase", question = "The tests need another run", requested_usd = 5m })).Created;
        var killed = await Team.StartAsync();
        _ = (await Api.PostAsync($"/sessions/{killed}/kill", new { reason = "Loops" })).Ok;

        await GoAsync($"/teams/{Team.Id}/morning");
        await Expect(Region("Needs a decision")).ToContainTextAsync("eng-1 asks for $5.00 more");
        await Expect(Region("Needs a decision")).ToContainTextAsync("open alert");
        await Expect(Figure("Yesterday")).ToHaveTextAsync("$3.00");
        await Expect(Note("Yesterday")).ToHaveTextAsync("+50%, from $2.00 on the same day last week");
        await Expect(Figure("Today so far")).ToHaveTextAsync("$6.00");
        await Expect(Figure("Last 7 days")).ToHaveTextAsync("$9.00");
        await Expect(Region("Caps").Locator("li").Filter(new() { HasText = "team" })).ToContainTextAsync("$6.00 of $20.00 (30%)");
        await Expect(Region("Caps").Locator("li").Filter(new() { HasText = "team" })).ToContainTextAsync("not before the window ends");
        await Expect(Region("Seven days by model").Locator("rect.column")).ToHaveCountAsync(2);
        await Expect(Region("Seven days by model").Locator("line.before")).ToHaveCountAsync(1);
        await Expect(Row("Top tasks", "Fix login bug")).ToContainTextAsync("100%");
        await Expect(Row("Top tags", "frontend")).ToContainTextAsync("$9.00");
        await Expect(Region("Since yesterday, 18:00")).ToContainTextAsync("2 sessions started and $6.00 was spent. Ended: 1 killed.");
        await Expect(Region("Since yesterday, 18:00")).ToContainTextAsync("Loops");
        await ExpectGoodAsync();
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);

        await Button("Approve").ClickAsync();
        await Expect(Dialog).ToBeVisibleAsync();
    }

    [Test]
    public async Task An_organisation_shows_the_same_for_all_teams()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 4m });
        await Team.UseAsync(await Team.StartAsync(), 6m);
        await GoAsync($"/orgs/{Team.Organisation}/morning");
        await Expect(Region("Needs a decision").GetByRole(AriaRole.Link, new() { NameRegex = new("^Core") })).ToBeVisibleAsync();
        await Expect(Region("Caps").Locator("li").First).ToContainTextAsync("reached");
        await Expect(Row("Top agents", "eng-1")).ToContainTextAsync("$6.00");
        await ExpectGoodAsync();
    }

    [Test]
    public async Task A_quiet_night_says_that_nothing_waits()
    {
        await GoAsync($"/teams/{Team.Id}/morning");
        await Expect(Page.GetByText("Nothing waits for you.")).ToBeVisibleAsync();
        await Expect(Page.GetByText("Nothing was killed, refused or paused.")).ToBeVisibleAsync();
    }
}
