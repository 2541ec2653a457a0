using System.Text.RegularExpressions;
using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>Sign-in at an identity provider, which for the browser is another site.</summary>
internal sealed class IdentityProviderTests : PageFixture
{
    private IdentityProvider provider = null!;
    private TestDatabase database = null!;
    private TestTeam own = null!;

    protected override async Task<ApiHost> StartHostAsync()
    {
        provider = await IdentityProvider.StartAsync();
        provider.Users["ada"] = ["platform"];
        provider.Users["lena"] = ["core"];
        provider.Users["guest"] = ["everyone"];
        database = await TestDatabase.CreateAsync(Store.Sqlite);

        // The mapping names the team, so the team comes first.
        await using (var before = ApiHost.StartOn(database, ApiHost.WithKeys))
        {
            own = await before.Api.CreateTeamAsync();
        }

        return ApiHost.StartOn(database, provider.Settings(("platform", "admin", null), ("core", "lead", own.Id)));
    }

    [OneTimeTearDown]
    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Test]
    public async Task Admin_signs_in_returns_to_the_page_and_signs_out_here_and_at_the_provider()
    {
        Expected = "401";
        await Team.UseAsync(await Team.StartAsync(), 1m);
        await Page.GotoAsync($"/teams/{Team.Id}/costs?group=model");
        await Expect(Page).ToHaveURLAsync(new Regex(@"/sign-in\?return="));
        await ExpectGoodAsync();
        await ChooseAsync("ada");
        await Expect(Page).ToHaveURLAsync(new Regex($"/teams/{Team.Id}/costs\\?group=model$"));
        await Expect(Page.Locator(".account")).ToContainTextAsync("Ada Lovelace (ada)");
        var cookie = (await Page.Context.CookiesAsync()).Single(cookie => cookie.Name == "entourage_session");
        Assert.That((cookie.HttpOnly, cookie.SameSite, cookie.Expires), Is.EqualTo((true, SameSiteAttribute.Lax, -1f)));
        var table = await Page.APIRequest.GetAsync((await Page.Locator(".download").GetAttributeAsync("href"))!);
        Assert.That((table.Status, table.Headers["content-type"]), Is.EqualTo((200, "text/csv; charset=utf-8")));

        await GoAsync("/keys");
        await Expect(Page.Locator(".band")).ToHaveCountAsync(0);
        await Page.SetViewportSizeAsync(Desk.Width, Desk.Height);
        await Button("Sign out").ClickAsync();
        await Expect(Page).ToHaveURLAsync(new Regex("/sign-in$"));
        Assert.That(provider.SignOuts, Has.Some.EndsWith("/sign-in"));
        Assert.That(await Page.Context.CookiesAsync(), Has.None.Property("Name").StartsWith("entourage_"));

        // The provider asks again.
        await Page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Acme ID" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Acme ID" })).ToBeVisibleAsync();
    }

    [Test]
    public async Task Lead_sees_the_own_team_and_changes_carry_the_name()
    {
        await Page.GotoAsync("/");
        await ChooseAsync("lena");
        await Expect(Page).ToHaveURLAsync(new Regex($"/teams/{own.Id}$"));
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        await Page.GotoAsync($"/teams/{Team.Id}");
        await Expect(Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("Not found");

        await GoAsync("/keys");
        await Button("Issue a key").ClickAsync();
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("laptop");
        await Page.GetByLabel("Agent", new() { Exact = true }).SelectOptionAsync(own.Agent);
        await Button("Issue the key").ClickAsync();
        await Expect(Row("Issued keys", "laptop")).ToContainTextAsync("by Lena Lovelace (lena)");
        await Page.GotoAsync("/audit");
        await Expect(Region("Changes")).ToContainTextAsync($"token from {provider.Url}/, subject lena");
    }

    [Test]
    public async Task Refused_person_gets_a_reason_and_can_use_a_key()
    {
        await Page.GotoAsync("/keys");
        await ChooseAsync("guest");
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("You have no role here. Ask an admin to add one of your groups.");
        await ExpectAccessibleAsync();
        await Page.GetByLabel("Key", new() { Exact = true }).FillAsync(ApiHost.WithKeys["Auth:BootstrapKey"]);
        await Button("Sign in").ClickAsync();
        await Expect(Page).ToHaveURLAsync(new Regex("/keys$"));
    }

    [Test]
    public async Task Cancelled_sign_in_gives_a_reason()
    {
        await Page.GotoAsync("/keys");
        await ChooseAsync("nobody");
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Access was denied at Acme ID.");
        await Expect(Page).ToHaveURLAsync(new Regex("return=%2Fkeys"));
    }

    [Test]
    public async Task Open_page_shows_no_further_figures_after_the_session()
    {
        Expected = "401";
        await Page.GotoAsync($"/teams/{Team.Id}");
        await ChooseAsync("ada");
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        Host.Clock.Advance(TimeSpan.FromHours(8));
        await Expect(Page).ToHaveURLAsync(new Regex(@"/sign-in\?return="));
        await Expect(Page.Locator(".figures")).ToHaveCountAsync(0);
    }

    private async Task ChooseAsync(string user)
    {
        await Page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Acme ID" }).ClickAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = user, Exact = true }).ClickAsync();
    }
}
