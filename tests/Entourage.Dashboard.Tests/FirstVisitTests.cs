using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>What somebody sees who has just started a server, and what of it is remembered.</summary>
internal sealed class FirstVisitTests : DashboardFixture
{
    [Test]
    public async Task An_empty_server_says_how_to_fill_it_and_the_only_organisation_is_gone_to_at_once()
    {
        await Page.GotoAsync("/");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Nothing is spent here yet" })).ToBeVisibleAsync();
        await Expect(Page.Locator(".curl").First).ToContainTextAsync($"curl -X POST {Api.Http.BaseAddress}api/v1/orgs");
        await ExpectAccessibleAsync();
        await OpenAsync(Phone, ColorScheme.Dark);
        await Page.GotoAsync("/");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Nothing is spent here yet" })).ToBeVisibleAsync();
        await ExpectNoSidewaysScrollAsync();
        await ExpectAccessibleAsync();

        var team = await Api.CreateTeamAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Look again" }).ClickAsync();
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        Assert.That(Page.Url, Does.EndWith($"/orgs/{team.Organisation}"));
    }

    [Test]
    public async Task Nothing_runs_in_a_page_but_the_files_of_its_server()
    {
        var answer = await Page.GotoAsync("/");
        var policy = answer!.Headers["content-security-policy"].Split("; ");
        Assert.That(policy, Does.Contain("default-src 'none'").And.Contain("script-src 'self'").And.Contain("style-src 'self'").And.Contain("frame-ancestors 'none'"));

        var page = await answer.TextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(page, Does.Not.Match("<script(?![^>]* src=\"_)"), "a script in the page");
            Assert.That(page, Does.Not.Match(" on[a-z]+="), "a handler in the page");
            Assert.That(page, Does.Not.Match("(src|href)=\"(https?:)?//"), "something of another server");
        });
    }

    [Test]
    public async Task Colours_follow_the_system_until_somebody_chooses_and_are_remembered()
    {
        await OpenAsync(Desk, ColorScheme.Dark);
        await Page.GotoAsync("/");
        var page = Page.Locator("html");
        await Expect(page).ToHaveAttributeAsync("data-theme", "dark");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Colours: system. Change" }).ClickAsync();
        await Expect(page).ToHaveAttributeAsync("data-theme", "light");
        await Page.ReloadAsync();
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Colours: light. Change" })).ToBeVisibleAsync();
        await Expect(page).ToHaveAttributeAsync("data-theme", "light");
    }

    [Test]
    public async Task Who_uses_the_keyboard_is_led_past_the_frame_of_the_page_it_is_on()
    {
        await GoLiveAsync($"/orgs/{(await Api.CreateTeamAsync()).Organisation}");
        var address = Page.Url;
        await Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the figures" }).FocusAsync();
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator("main")).ToBeFocusedAsync();
        Assert.That(Page.Url, Is.EqualTo(address));
    }
}
