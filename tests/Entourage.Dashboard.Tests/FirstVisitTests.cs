using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The first visit to a new server.</summary>
internal sealed class FirstVisitTests : DashboardFixture
{
    [Test]
    public async Task Home_shows_how_to_start_and_redirects_to_the_only_organisation()
    {
        await Page.GotoAsync("/");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "No organisations yet" })).ToBeVisibleAsync();
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Create the organisation" })).ToBeVisibleAsync();
        await ExpectAccessibleAsync();
        await OpenAsync(Phone, ColorScheme.Dark);
        await Page.GotoAsync("/");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "No organisations yet" })).ToBeVisibleAsync();
        await ExpectNoSidewaysScrollAsync();
        await ExpectAccessibleAsync();

        var team = await Api.CreateTeamAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "reload", Exact = true }).ClickAsync();
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        Assert.That(Page.Url, Does.EndWith($"/orgs/{team.Organisation}"));
    }

    [Test]
    public async Task Pages_run_only_scripts_from_files_of_the_server()
    {
        var answer = await Page.GotoAsync("/");
        var policy = answer!.Headers["content-security-policy"].Split("; ");
        Assert.That(policy, Does.Contain("default-src 'none'").And.Contain("script-src 'self'").And.Contain("style-src 'self'").And.Contain("frame-ancestors 'none'"));

        var page = await answer.TextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(page, Does.Not.Match("<script(?![^>]* src=\"_)"), "a script in the page");
            Assert.That(page, Does.Not.Match(" on[a-z]+="), "a handler in the page");
            Assert.That(page, Does.Not.Match("(src|href)=\"(https?:)?//"), "a reference to another server");
        });
    }

    [Test]
    public async Task The_theme_follows_the_system_until_the_visitor_chooses_one()
    {
        await OpenAsync(Desk, ColorScheme.Dark);
        await Page.GotoAsync("/");
        var page = Page.Locator("html");
        await Expect(page).ToHaveAttributeAsync("data-theme", "dark");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Colour theme: system. Change" }).ClickAsync();
        await Expect(page).ToHaveAttributeAsync("data-theme", "light");
        await Page.ReloadAsync();
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Colour theme: light. Change" })).ToBeVisibleAsync();
        await Expect(page).ToHaveAttributeAsync("data-theme", "light");
    }

    [Test]
    public async Task The_skip_link_moves_the_focus_to_the_content_and_keeps_the_address()
    {
        await GoLiveAsync($"/orgs/{(await Api.CreateTeamAsync()).Organisation}");
        var address = Page.Url;
        await Page.GetByRole(AriaRole.Link, new() { Name = "Skip to main content" }).FocusAsync();
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator("main")).ToBeFocusedAsync();
        Assert.That(Page.Url, Is.EqualTo(address));
    }
}
