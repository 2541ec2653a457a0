using System.Net;
using System.Text.RegularExpressions;
using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>Sign-in with a key, and what a lead can see.</summary>
internal sealed class SignInTests : PageFixture
{
    private static readonly string AdminKey = ApiHost.WithKeys["Auth:BootstrapKey"];

    protected override IReadOnlyDictionary<string, string>? Settings => ApiHost.WithKeys;

    [Test]
    public async Task A_visitor_without_a_key_signs_in_and_returns_to_the_requested_page()
    {
        Expected = "401";
        await Team.UseAsync(await Team.StartAsync(), 1m);
        await Page.GotoAsync($"/teams/{Team.Id}/costs?group=model");
        await Expect(Page).ToHaveURLAsync(new Regex(@"/sign-in\?return="));
        await ExpectGoodAsync();

        await SubmitAsync("not-a-key-of-anybody");
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This key is not valid");
        await ExpectAccessibleAsync();
        await SubmitAsync(await KeyAsync("eng-1", "agent", ("agent_id", Team.Agent)));
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is an agent's key");

        await SubmitAsync(AdminKey);
        await Expect(Page).ToHaveURLAsync(new Regex($"/teams/{Team.Id}/costs\\?group=model$"));
        await Expect(Page.Locator(".account")).ToContainTextAsync("bootstrap");
        var cookie = (await Page.Context.CookiesAsync()).Single(cookie => cookie.Name == "entourage_key");
        Assert.That((cookie.HttpOnly, cookie.SameSite, cookie.Expires), Is.EqualTo((true, SameSiteAttribute.Lax, -1f)));
        Assert.That(await Page.EvaluateAsync<string>("document.cookie"), Does.Not.Contain(AdminKey), "no script can read it");

        // The cookie also authenticates downloads.
        var table = await Page.APIRequest.GetAsync((await Page.Locator(".download").GetAttributeAsync("href"))!);
        Assert.That((table.Status, table.Headers["content-type"]), Is.EqualTo((200, "text/csv; charset=utf-8")));

        await Button("Sign out").ClickAsync();
        await Expect(Page).ToHaveURLAsync(new Regex("/sign-in$"));
        Assert.That(await Page.Context.CookiesAsync(), Has.None.Property("Name").EqualTo("entourage_key"));
        await Page.GotoAsync("/");
        await Expect(Page).ToHaveURLAsync(new Regex("/sign-in$"));
    }

    [Test]
    public async Task A_lead_sees_only_the_own_team()
    {
        var other = await Api.CreateTeamAsync();
        await SignInAsync(await KeyAsync("ada", "lead", ("team_id", Team.Id)), "/");
        await Expect(Page).ToHaveURLAsync(new Regex($"/teams/{Team.Id}$"));
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        await Expect(Page.GetByRole(AriaRole.Navigation, new() { Name = "Breadcrumb" }).GetByRole(AriaRole.Link)).ToHaveCountAsync(1);
        await Expect(Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link))
            .ToHaveTextAsync(["Overview", "Morning", "Alerts", "Budgets", "Sessions", "Costs", "Settings", "Connect", "Keys", "Audit"]);

        foreach (var path in new[] { $"/teams/{other.Id}", $"/teams/{other.Id}/settings", $"/sessions/{await other.StartAsync()}" })
        {
            await Page.GotoAsync(path);
            await Expect(Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("Not found");
        }

        foreach (var path in new[] { $"/orgs/{Team.Organisation}", $"/orgs/{other.Organisation}", $"/orgs/{Team.Organisation}/costs", $"/orgs/{Team.Organisation}/settings" })
        {
            await Page.GotoAsync(path);
            await Expect(Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("Permission denied");
        }

        // Not even by navigating there while the own page still opens.
        var (own, foreign) = (await Team.StartAsync(), await other.StartAsync());
        await GoLiveAsync($"/sessions/{own}");
        await Page.EvaluateAsync($"Blazor.navigateTo('/teams/{Team.Id}'); Blazor.navigateTo('/sessions/{own}'); Blazor.navigateTo('/sessions/{foreign}')");
        await Expect(Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("Not found");
        await other.UseAsync(foreign, 4.23m);
        await Expect(Page.Locator(".figures")).ToHaveCountAsync(0);

        await GoAsync("/keys");
        await Button("Issue a key").ClickAsync();
        await Expect(Page.GetByLabel("Role", new() { Exact = true })).ToHaveCountAsync(0);
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("laptop");
        await Page.GetByLabel("Agent", new() { Exact = true }).SelectOptionAsync(Team.Agent);
        await Button("Issue the key").ClickAsync();
        await Expect(Row("Issued keys", "laptop")).ToContainTextAsync("by ada");
        await Page.GotoAsync("/audit");
        await Expect(Page.GetByLabel("Organisation", new() { Exact = true })).ToHaveCountAsync(0);
        await Expect(Region("Changes")).ToContainTextAsync("ada");
    }

    [Test]
    public async Task A_revoked_key_shows_no_further_figures()
    {
        Expected = "401";
        var session = await Team.StartAsync();
        var (id, key) = await IssueAsync("ada", "lead", ("team_id", Team.Id));
        await SignInAsync(key, $"/teams/{Team.Id}");
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        await Api.SendAsync(HttpMethod.Delete, $"/keys/{id}", null);
        await Team.UseAsync(session, 4.23m);
        await Expect(Page).ToHaveURLAsync(new Regex(@"/sign-in\?return="));

        // A page without live figures notices it at the next request.
        var (second, again) = await IssueAsync("ada", "lead", ("team_id", Team.Id));
        await SignInAsync(again, "/keys");
        await Expect(Button("Issue a key")).ToBeVisibleAsync();
        await Api.SendAsync(HttpMethod.Delete, $"/keys/{second}", null);
        await Button("Issue a key").ClickAsync();
        await Expect(Page).ToHaveURLAsync(new Regex(@"/sign-in\?return=%2Fkeys$"));
    }

    [TestCase("//evil.example/x")]
    [TestCase("/\\evil.example")]
    [TestCase("https://evil.example/")]
    public async Task Sign_in_does_not_redirect_to_another_site(string address)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Api.Http.BaseAddress };
        using var form = new FormUrlEncodedContent([new("key", AdminKey), new("return", address)]);
        using var answer = await browser.PostAsync("/account/sign-in", form);
        Assert.That((answer.StatusCode, answer.Headers.Location?.OriginalString), Is.EqualTo((HttpStatusCode.Redirect, "/")));
    }

    [Test]
    public async Task Another_site_cannot_sign_a_visitor_in()
    {
        using var form = new FormUrlEncodedContent([new("key", AdminKey)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/sign-in") { Content = form, Headers = { { "Sec-Fetch-Site", "cross-site" } } };
        using var answer = await Api.Http.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(answer.Headers.Contains("Set-Cookie"), Is.False);
    }

    private async Task SignInAsync(string key, string path)
    {
        await Page.GotoAsync(path);
        await SubmitAsync(key);
    }

    private async Task SubmitAsync(string key)
    {
        await Page.GetByLabel("Key", new() { Exact = true }).FillAsync(key);
        await Button("Sign in").ClickAsync();
    }

    private async Task<string> KeyAsync(string name, string role, params (string Name, string Value)[] members) => (await IssueAsync(name, role, members)).Key;

    private async Task<(string Id, string Key)> IssueAsync(string name, string role, params (string Name, string Value)[] members)
    {
        var body = members.Append(("name", name)).Append(("role", role)).ToDictionary(member => member.Item1, member => member.Item2);
        var made = (await Api.PostAsync("/keys", body)).Created;
        return (made.Text("id")!, made.Text("key")!);
    }
}
