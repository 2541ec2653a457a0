using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The page of a team. Not parallel, because it is timed.</summary>
[NonParallelizable]
internal sealed class TeamPageTests : PageFixture
{
    [SetUp]
    public async Task CapAsync() => await Team.ConfigureAsync(new { daily_cost_limit_usd = 50m });

    [Test]
    public async Task A_usage_appears_on_the_page_soon_after_its_answer()
    {
        var session = await Team.StartAsync(await Team.CreateTaskAsync());
        await GoLiveAsync($"/teams/{Team.Id}");
        await Expect(Figure("Spent today")).ToHaveTextAsync("$0.00");

        await Team.UseAsync(session, 4.23m);
        await Expect(Figure("Spent today")).ToHaveTextAsync("$4.23");
        await Team.UseAsync(session, 1m);
        await Expect(Figure("Spent today")).ToHaveTextAsync("$5.23");

        await Expect(Note("Spent today")).ToHaveTextAsync("of $50.00 (10%)");
        await Expect(Figure("Active agents")).ToHaveTextAsync("1");
        await Expect(Figure("Tokens today")).ToHaveTextAsync("220");
        await Expect(Region("Live events")).ToContainTextAsync($"used $4.23, 110 tokens of {ApiClient.UnlistedModel}");
        await Expect(Row("Agents", "eng-1")).ToContainTextAsync("Working");
        await Expect(Row("Agents", "eng-1")).ToContainTextAsync("$5.23");
        await Expect(Row("Tasks", "Fix login bug")).ToContainTextAsync("$5.23");
        await Expect(Row("Models today", ApiClient.UnlistedModel)).ToContainTextAsync("100%");
        await Expect(Row("Sessions today", $"Session {session}")).ToContainTextAsync("$5.23");
        await Expect(Page.GetByRole(AriaRole.Img, new() { NameRegex = new("^Spent today: \\$5.23 of \\$50.00") })).ToBeVisibleAsync();
        await ExpectGoodAsync();
    }

    [Test]
    public async Task The_kill_dialog_lists_the_sessions_that_it_ends()
    {
        var session = await Team.StartAsync();
        var child = await Team.StartAsync(parent: session);
        await Team.UseAsync(session, 1m);
        await GoLiveAsync($"/teams/{Team.Id}");

        await OpenDialogAsync($"Kill session {session}");
        await Expect(Dialog).ToContainTextAsync("2 sessions will end at once");
        await Expect(Dialog).ToContainTextAsync($"Session {child}");
        await ExpectAccessibleAsync();
        await Dialog.GetByLabel("Reason").FillAsync("It loops");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = $"Kill session {session}" }).ClickAsync();

        await Expect(Row("Sessions today", $"Session {session}")).ToContainTextAsync("Killed");
        Assert.That((await Team.SessionAsync(child)).Text("status"), Is.EqualTo("killed"));
        Assert.That((await Team.SessionAsync(session)).Text("error"), Is.EqualTo("It loops"));
    }

    [Test]
    public async Task A_team_can_be_paused_and_resumed()
    {
        await Team.StartAsync();
        await GoLiveAsync($"/teams/{Team.Id}");

        await Page.GetByRole(AriaRole.Button, new() { Name = "Pause team" }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("1 agent cannot start sessions or reserve money until the pause ends. 1 active session will be asked to stop");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pause team Core" }).ClickAsync();
        await Expect(Page.GetByText("Paused from the dashboard – since")).ToBeVisibleAsync();
        Assert.That((await Team.BudgetAsync()).Flag("stop"), Is.True);

        await Page.GetByRole(AriaRole.Button, new() { Name = "Resume team" }).ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Resume team Core" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Pause team" })).ToBeVisibleAsync();
        Assert.That((await Team.BudgetAsync()).Flag("stop"), Is.False);
    }

    [Test]
    public async Task An_agent_can_be_paused_and_resumed()
    {
        await GoLiveAsync($"/teams/{Team.Id}");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Pause eng-1" }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("No session is active. 1 agent cannot start sessions or reserve money until the pause ends.");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pause agent eng-1" }).ClickAsync();
        await Expect(Row("Agents", "eng-1")).ToContainTextAsync("Paused");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Resume eng-1" }).ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Resume agent eng-1" }).ClickAsync();
        await Expect(Row("Agents", "eng-1")).ToContainTextAsync("Idle");
    }

    [Test]
    public async Task An_invalid_reason_shows_an_error_at_its_field()
    {
        await GoLiveAsync($"/teams/{Team.Id}");
        await OpenDialogAsync("Pause team");
        await Dialog.GetByLabel("Reason").FillAsync("");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pause team Core" }).ClickAsync();
        await Expect(Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Check your input.");
        await Expect(ErrorOf("Reason")).ToContainTextAsync("must not be empty");
        await Page.Keyboard.PressAsync("Escape");
        await Expect(Dialog).ToHaveCountAsync(0);
        Assert.That((await Team.BudgetAsync()).Flag("stop"), Is.False);
    }

    [Test]
    public async Task A_used_up_cap_and_a_red_flag_are_highlighted()
    {
        var task = await Team.CreateTaskAsync(new { title = "Small thing", task_type = "config", tags = new[] { "budget:60" } });
        var session = await Team.StartAsync(task);
        await Team.UseAsync(session, 50m);
        await GoLiveAsync($"/teams/{Team.Id}");
        await Expect(Page.GetByText("Over budget. The cap of $50.00 per day is used up. New sessions and reservations are refused.")).ToBeVisibleAsync();
        await Expect(Row("Tasks", "Small thing")).ToContainTextAsync("Red flag");
        await Expect(Page.GetByRole(AriaRole.Meter, new() { Name = "Spent of the cap per day" })).ToHaveAttributeAsync("aria-valuenow", "100");
    }

    [Test]
    public async Task A_team_without_activity_shows_how_to_start()
    {
        var slug = "t-" + Guid.CreateVersion7().ToString("N");
        var empty = (await Api.PostAsync($"/orgs/{Team.Organisation}/teams", new { name = "Empty", slug })).Created.Text("id");
        await GoLiveAsync($"/teams/{empty}");
        await Expect(Region("Set up this team").GetByRole(AriaRole.Link)).ToHaveCountAsync(4);
        await Expect(Region("Agents").GetByRole(AriaRole.Button, new() { Name = "New agent" })).ToBeVisibleAsync();
        await Expect(Region("Tasks").GetByRole(AriaRole.Button, new() { Name = "New task" })).ToBeVisibleAsync();
        await Expect(Region("Sessions today")).ToContainTextAsync("\"cost_usd\": 0.012");
        await Expect(Region("Today").GetByRole(AriaRole.Link, new() { Name = "Set one" })).ToHaveAttributeAsync("href", $"/teams/{empty}/settings");
        await ExpectAccessibleAsync();
    }

    [Test]
    public async Task An_unknown_team_is_not_found()
    {
        await Page.GotoAsync($"/teams/{Guid.Empty}");
        await Expect(Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("Not found.");
    }
}
