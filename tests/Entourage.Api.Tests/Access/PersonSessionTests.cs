using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Access;

/// <summary>The sessions of people who signed in at an identity provider: where they work, and when they end.</summary>
internal sealed class PersonSessionTests : IdentityProviderFixture
{
    [Test]
    public async Task Session_ends_after_its_time_however_often_it_is_used()
    {
        await using var server = ApiHost.StartOn(Database, new Dictionary<string, string>(Settings) { ["Auth:OpenIdConnect:SessionMinutes"] = "60" });
        using var browser = new BrowserClient(server);
        await browser.SignInAsync("ada");
        server.Clock.Advance(TimeSpan.FromMinutes(50));
        Assert.That(await StatusAsync(browser, "/api/v1/orgs"), Is.EqualTo(HttpStatusCode.OK));
        server.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.That(await StatusAsync(browser, "/api/v1/orgs"), Is.EqualTo(HttpStatusCode.Unauthorized));
        using var page = await browser.GetAsync("/keys");
        Assert.That(page.Headers.Location?.OriginalString, Is.EqualTo("/sign-in?return=%2Fkeys"));
    }

    [Test]
    public async Task Shorter_sessions_apply_to_people_who_are_signed_in()
    {
        using var browser = new BrowserClient(Host);
        await browser.SignInAsync("ada");
        await using var restarted = ApiHost.StartOn(Database, new Dictionary<string, string>(Settings) { ["Auth:OpenIdConnect:SessionMinutes"] = "60" });
        var address = new Uri(restarted.Api.Http.BaseAddress!, "/api/v1/orgs").ToString();
        Assert.That(await StatusAsync(browser, address), Is.EqualTo(HttpStatusCode.OK));
        restarted.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.That(await StatusAsync(browser, address), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Event_stream_ends_with_the_session()
    {
        await using var server = ApiHost.StartOn(Database, new Dictionary<string, string>(Settings) { ["Events:HeartbeatSeconds"] = "1" });
        using var browser = new BrowserClient(server);
        await browser.SignInAsync("lena");
        await using var events = await EventReader.OpenAsync(browser.Api, $"/teams/{First.Id}/events");
        server.Clock.Advance(TimeSpan.FromHours(8));
        Assert.That(await events.ReadAsync(), Is.Null);
    }

    [Test]
    public async Task Every_replica_can_finish_a_sign_in_and_knows_the_session()
    {
        await using var beside = ApiHost.StartOn(Database, Settings);
        using var browser = new BrowserClient(Host);
        var callback = await browser.ChooseAsync(await browser.BeginAsync("/keys"), "ada");
        Assert.That(await browser.ReturnAsync(new(beside.Api.Http.BaseAddress!, callback.PathAndQuery)), Is.EqualTo("/keys"));
        Assert.That(await StatusAsync(browser, "/api/v1/orgs"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(browser, new Uri(beside.Api.Http.BaseAddress!, "/api/v1/orgs").ToString()), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Changed_mapping_applies_after_a_restart()
    {
        using var browser = new BrowserClient(Host);
        await browser.SignInAsync("boss");
        foreach (var (settings, orgs, metrics) in new[]
        {
            (Provider.Settings(("platform", "lead", First.Id)), HttpStatusCode.OK, HttpStatusCode.Forbidden),
            (Provider.Settings(("others", "admin", null)), HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized),
            (new(Settings) { ["Auth:OpenIdConnect:ClientSecret"] = "another-secret-of-the-client-0123" }, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized),
        })
        {
            await using var restarted = ApiHost.StartOn(Database, settings);
            var address = restarted.Api.Http.BaseAddress!;
            Assert.That(await StatusAsync(browser, new Uri(address, "/api/v1/orgs").ToString()), Is.EqualTo(orgs));
            Assert.That(await StatusAsync(browser, new Uri(address, "/metrics").ToString()), Is.EqualTo(metrics));
        }
    }

    [Test]
    public async Task Sign_out_ends_the_session_here_and_at_the_provider()
    {
        using var browser = new BrowserClient(Host);
        await browser.SignInAsync("ada");
        using (var foreign = await browser.PostAsync("/account/sign-out", site: "cross-site"))
        {
            Assert.That(foreign.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        }

        Assert.That(browser.Sessions, Is.Not.Empty);
        using var answer = await browser.PostAsync("/account/sign-out");
        var page = await answer.Content.ReadAsStringAsync();
        Assert.That(page, Does.Contain($"0;url={Provider.Url}/end-session?").And.Contain("client_id=entourage").And.Contain("%2Fsign-in"));
        Assert.That(browser.Sessions, Is.Empty);
        Assert.That(await StatusAsync(browser, "/api/v1/orgs"), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Sign_out_stays_here_if_the_provider_cannot_or_should_not_sign_out()
    {
        await using var other = await IdentityProvider.StartAsync(hasEndSession: false);
        other.Users["ada"] = ["platform"];
        foreach (var settings in new[] { other.Settings(("platform", "admin", null)), new(Settings) { ["Auth:OpenIdConnect:SignOutAtProvider"] = "false" } })
        {
            await using var server = ApiHost.StartOn(Database, settings);
            using var browser = new BrowserClient(server);
            await browser.SignInAsync("ada");
            using var answer = await browser.PostAsync("/account/sign-out");
            Assert.That(answer.Headers.Location?.OriginalString, Is.EqualTo("/sign-in"));
            Assert.That(browser.Sessions, Is.Empty);
        }
    }

    [Test]
    public async Task Key_and_person_replace_each_other_in_a_browser()
    {
        using var browser = new BrowserClient(Host);
        await browser.SignInAsync("lena");
        using (await browser.PostAsync("/account/sign-in", "", new KeyValuePair<string, string>("key", ApiHost.WithKeys["Auth:BootstrapKey"])))
        {
            Assert.That(browser.Sessions, Is.EqualTo(["entourage_key"]));
        }

        Assert.That(await StatusAsync(browser, "/metrics"), Is.EqualTo(HttpStatusCode.OK));
        await browser.SignInAsync("lena");
        Assert.That(browser.Sessions, Is.EqualTo(["entourage_session"]));
        Assert.That(await StatusAsync(browser, "/metrics"), Is.EqualTo(HttpStatusCode.Forbidden));
    }
}
