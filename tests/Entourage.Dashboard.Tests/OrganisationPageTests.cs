using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The page of an organisation, and the list of organisations.</summary>
internal sealed class OrganisationPageTests : PageFixture
{
    private string Address => $"/orgs/{Team.Organisation}";

    [Test]
    public async Task The_spending_of_all_teams_is_added_up_live()
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 20m });
        _ = (await Api.PatchAsync($"/settings/orgs/{Team.Organisation}", new { daily_cost_limit_usd = 100m })).Ok;
        var session = await Team.StartAsync();
        await GoLiveAsync(Address);
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Acme");
        await Expect(Figure("Spent today")).ToHaveTextAsync("$0.00");

        await Team.UseAsync(session, 16m);
        await Expect(Figure("Spent today")).ToHaveTextAsync("$16.00");
        await Expect(Note("Spent today")).ToContainTextAsync("of $100.00 (16%)");
        await Expect(Figure("Burn rate")).ToHaveTextAsync("$16.00/h");
        await Expect(Figure("Active agents")).ToHaveTextAsync("1");
        await Expect(Figure("Open alerts")).Not.ToHaveTextAsync("0");
        await Expect(Row("Teams", "Core")).ToContainTextAsync("$16.00 of $20.00");
        await Expect(Page.GetByRole(AriaRole.Meter, new() { Name = "Core: spent of its daily cap" })).ToHaveAttributeAsync("aria-valuenow", "80");
        await ExpectGoodAsync();

        await Page.GetByRole(AriaRole.Link, new() { NameRegex = new("open alerts? in Core") }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Alerts and requests" })).ToBeFocusedAsync();
        await Expect(Region("Alerts")).ToContainTextAsync("80 % of the team's daily budget of $20.00 is spent: $16.00.");
    }

    [Test]
    public async Task The_organisation_can_be_paused_and_resumed()
    {
        await Team.StartAsync();
        await GoLiveAsync(Address);
        await Button("Pause everything").ClickAsync();
        await Expect(Dialog).ToContainTextAsync("1 agent cannot start sessions or reserve money until the pause ends. 1 active session will be asked to stop");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pause organisation Acme" }).ClickAsync();
        await Expect(Row("Teams", "Core")).ToContainTextAsync("Paused");
        Assert.That((await Team.BudgetAsync()).Items("stop_reasons").Select(reason => reason.GetValue<string>()), Is.EqualTo(new[] { "paused:organisation" }));

        await Page.Locator(".head").GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Resume organisation Acme" }).ClickAsync();
        await Expect(Button("Pause everything")).ToBeVisibleAsync();
        Assert.That((await Team.BudgetAsync()).Flag("stop"), Is.False);
    }

    [Test]
    public async Task A_team_can_be_paused_from_its_row()
    {
        await GoLiveAsync(Address);
        await Button("Pause Core").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Pause team Core" }).ClickAsync();
        await Button("Resume Core").ClickAsync();
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Resume team Core" }).ClickAsync();
        await Expect(Button("Pause Core")).ToBeVisibleAsync();
    }

    [Test]
    public async Task An_organisation_without_teams_shows_how_to_create_one()
    {
        var slug = "o-" + Guid.CreateVersion7().ToString("N");
        var empty = (await Api.PostAsync("/orgs", new { name = "Empty", slug })).Created.Text("id");
        await GoLiveAsync($"/orgs/{empty}");
        await Expect(Page.GetByRole(AriaRole.Form, new() { Name = "New team" })).ToBeVisibleAsync();
        await ExpectGoodAsync();
    }

    [Test]
    public async Task One_of_several_organisations_can_be_chosen_with_the_keyboard()
    {
        await Api.CreateTeamAsync();
        await GoAsync("/");
        var first = Page.Locator(".choices a").First;
        await Expect(first).ToBeVisibleAsync();
        await ExpectGoodAsync();
        var name = await first.Locator("strong").InnerTextAsync();
        await first.FocusAsync();
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = name, Level = 1 })).ToBeFocusedAsync();
        Assert.That(Page.Url, Does.Contain("/orgs/"));
        await Expect(Page.GetByRole(AriaRole.Navigation, new() { Name = "Breadcrumb" })).ToContainTextAsync(name);
    }
}
