using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The page of a team: what it spends, as it spends it. Alone, since it is timed.</summary>
[NonParallelizable]
internal sealed class TeamPageTests : PageFixture
{
    [SetUp]
    public async Task CapAsync() => await Team.ConfigureAsync(new { daily_cost_limit_usd = 50m });

    [Test]
    public async Task A_usage_is_on_the_page_soon_after_its_answer()
    {
        var session = await Team.StartAsync(await Team.CreateTaskAsync());
        await GoLiveAsync($"/teams/{Team.Id}");
        await Expect(Figure("Spent today")).ToHaveTextAsync("$0.00");

        await Team.UseAsync(session, 4.23m);
        await Expect(Figure("Spent today")).ToHaveTextAsync("$4.23");
        await Team.UseAsync(session, 1m);
        await Expect(Figure("Spent today")).ToHaveTextAsync("$5.23");

        await Expect(Note("Spent today")).ToHaveTextAsync("of $50.00 (10%)");
        await Expect(Figure("Agents at work")).ToHaveTextAsync("1");
        await Expect(Figure("Tokens today")).ToHaveTextAsync("220");
        await Expect(Region("As it happens")).ToContainTextAsync($"used $4.23, 110 tokens of {ApiClient.UnlistedModel}");
        await Expect(Row("Agents", "eng-1")).ToContainTextAsync("Working");
        await Expect(Row("Agents", "eng-1")).ToContainTextAsync("$5.23");
        await Expect(Row("Tasks", "Fix login bug")).ToContainTextAsync("$5.23");
        await Expect(Row("Models today", ApiClient.UnlistedModel)).ToContainTextAsync("100%");
        await Expect(Row("Sessions today", $"Session {session}")).ToContainTextAsync("$5.23");
        await Expect(Page.GetByRole(AriaRole.Img, new() { NameRegex = new("^Spent today: \\$5.23 of \\$50.00") })).ToBeVisibleAsync();
        await ExpectGoodAsync();
    }

    [Test]
    public async Task A_session_is_killed_after_the_page_says_what_that_ends()
    {
        var session = await Team.StartAsync();
        var child = await Team.StartAsync(parent: session);
        await Team.UseAsync(session, 1m);
        await GoLiveAsync($"/teams/{Team.Id}");

        await OpenDialogAsync($"Kill session {session}");
        await Expect(Dialog).ToContainTextAsync("2 sessions will be ended at once");
        await Expect(Dialog).ToContainTextAsync($"Session {child}");
        await ExpectAccessibleAsync();
        await Dialog.GetByLabel("Why").FillAsync("It loops");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = $"Kill session {session}" }).ClickAsync();

        await Expect(Row("Sessions today", $"Session {session}")).ToContainTextAsync("Killed");
        Assert.That((await Team.SessionAsync(child)).Text("status"), Is.EqualTo("killed"));
        Assert.That((await Team.SessionAsync(session)).Text("error"), Is.EqualTo("It loops"));
    }

    [Test]
    public async Task A_team_is_paused_and_resumed()
    {
        await Team.StartAsync();
        await GoLiveAsync($"/teams/{Team.Id}");

        await Page.GetByRole(AriaRole.Button, new() { Name = "Pause team" }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("1 agent can begin nothing until you resume, and 1 active session will be told to stop");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pause team Core" }).ClickAsync();
        await Expect(Page.GetByText("Paused from the dashboard – since")).ToBeVisibleAsync();
        Assert.That((await Team.BudgetAsync()).Flag("stop"), Is.True);

        await Page.GetByRole(AriaRole.Button, new() { Name = "Resume team" }).ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Resume team Core" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Pause team" })).ToBeVisibleAsync();
        Assert.That((await Team.BudgetAsync()).Flag("stop"), Is.False);
    }

    [Test]
    public async Task An_agent_is_paused_and_resumed()
    {
        await GoLiveAsync($"/teams/{Team.Id}");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Pause eng-1" }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("No session is active. 1 agent can begin nothing until you resume.");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pause agent eng-1" }).ClickAsync();
        await Expect(Row("Agents", "eng-1")).ToContainTextAsync("Paused");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Resume eng-1" }).ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Resume agent eng-1" }).ClickAsync();
        await Expect(Row("Agents", "eng-1")).ToContainTextAsync("Idle");
    }

    [Test]
    public async Task What_is_wrong_with_a_reason_is_said_beside_it()
    {
        await GoLiveAsync($"/teams/{Team.Id}");
        await OpenDialogAsync("Pause team");
        await Dialog.GetByLabel("Why").FillAsync("");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pause team Core" }).ClickAsync();
        await Expect(Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Please look again.");
        await Expect(Wrong("Why")).ToContainTextAsync("must not be empty");
        await Page.Keyboard.PressAsync("Escape");
        await Expect(Dialog).ToHaveCountAsync(0);
        Assert.That((await Team.BudgetAsync()).Flag("stop"), Is.False);
    }

    [Test]
    public async Task A_cap_that_has_nothing_left_and_a_red_flag_are_seen_at_once()
    {
        var task = await Team.CreateTaskAsync(new { title = "Small thing", task_type = "config", tags = new[] { "budget:60" } });
        var session = await Team.StartAsync(task);
        await Team.UseAsync(session, 50m);
        await GoLiveAsync($"/teams/{Team.Id}");
        await Expect(Page.GetByText("Over budget. The cap of $50.00 a day has nothing left: nothing new is started.")).ToBeVisibleAsync();
        await Expect(Row("Tasks", "Small thing")).ToContainTextAsync("Red flag");
        await Expect(Page.GetByRole(AriaRole.Meter, new() { Name = "Spent of the cap of a day" })).ToHaveAttributeAsync("aria-valuenow", "100");
    }

    [Test]
    public async Task A_team_where_nothing_happened_yet_shows_how_it_would()
    {
        var slug = "t-" + Guid.CreateVersion7().ToString("N");
        var empty = (await Api.PostAsync($"/orgs/{Team.Organisation}/teams", new { name = "Empty", slug })).Created.Text("id");
        await GoLiveAsync($"/teams/{empty}");
        await Expect(Region("Agents")).ToContainTextAsync($"{Api.Http.BaseAddress}api/v1/teams/{empty}/agents");
        await Expect(Region("Tasks")).ToContainTextAsync("budget:5.00");
        await Expect(Region("Sessions today")).ToContainTextAsync("\"cost_usd\": 0.012");
        await Expect(Region("Today")).ToContainTextAsync($"{Api.Http.BaseAddress}api/v1/settings/teams/{empty}");
        await ExpectAccessibleAsync();
    }

    [Test]
    public async Task A_team_that_is_not_there_is_said_to_be_none()
    {
        await Page.GotoAsync($"/teams/{Guid.Empty}");
        await Expect(Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("Not here.");
    }
}
