using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Access;

/// <summary>Sign-in at an identity provider, over plain HTTP.</summary>
internal sealed class IdentityProviderTests : IdentityProviderFixture
{
    [SetUp]
    public void Mend() => Provider.IsBroken = false;

    [Test]
    public async Task Admin_signs_in_and_the_audit_trail_names_issuer_and_subject()
    {
        using var browser = new BrowserClient(Host);
        Assert.That(await browser.SignInAsync("ada", "/keys?x=1"), Is.EqualTo("/keys?x=1"));
        using var created = await browser.PostJsonAsync("/api/v1/keys", """{"name":"robot","role":"admin"}""");
        Assert.That(created.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        var entry = (await Host.Api.GetAsync("/audit")).Ok.AsArray().Select(entry => entry!).Single(entry => entry.Text("actor_subject") == "ada");
        Assert.That(
            (entry.Text("actor"), entry.Text("actor_kind"), entry.Text("actor_issuer")), Is.EqualTo(("Ada Lovelace (ada)", "token", Provider.Url + "/")));
    }

    [Test]
    public async Task Lead_sees_only_its_own_team()
    {
        using var browser = new BrowserClient(Host);
        await browser.SignInAsync("lena");
        Assert.That(await StatusAsync(browser, $"/api/v1/teams/{First.Id}/costs?format=csv"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(browser, $"/api/v1/teams/{Second.Id}"), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await StatusAsync(browser, "/metrics"), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Admin_mapping_wins_and_then_the_first_one()
    {
        using var boss = new BrowserClient(Host);
        await boss.SignInAsync("boss");
        Assert.That(await StatusAsync(boss, "/metrics"), Is.EqualTo(HttpStatusCode.OK));
        using var both = new BrowserClient(Host);
        await both.SignInAsync("both");
        Assert.That(await StatusAsync(both, $"/api/v1/teams/{Second.Id}"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(both, $"/api/v1/teams/{First.Id}"), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("guest")]
    [TestCase("gone")]
    public async Task Person_without_a_role_gets_a_reason_and_no_session(string user)
    {
        using var browser = new BrowserClient(Host);
        Assert.That(await browser.SignInAsync(user, "/keys"), Is.EqualTo(Refused + "NoRole&return=%2Fkeys"));
        Assert.That(browser.Sessions, Is.Empty);
        Assert.That(await browser.TextAsync("/sign-in?refused=NoRole"), Does.Contain("You have no role here. Ask an admin to add one of your groups."));
    }

    [Test]
    public async Task Person_who_lost_the_role_loses_the_session_at_the_next_sign_in()
    {
        Provider.Users["mover"] = ["platform"];
        using var browser = new BrowserClient(Host);
        await browser.SignInAsync("mover");
        Provider.Users["mover"] = ["everyone"];

        Assert.That(await browser.SignInAsync("mover", "/keys"), Does.StartWith(Refused + "NoRole"));
        Assert.That(await StatusAsync(browser, "/api/v1/orgs"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(browser.Sessions, Is.Empty);
    }

    [Test]
    public async Task Person_who_cancels_at_the_provider_gets_a_reason()
    {
        using var browser = new BrowserClient(Host);
        Assert.That(await browser.SignInAsync("nobody", "/keys"), Is.EqualTo(Refused + "ProviderDenied&return=%2Fkeys"));
        Assert.That(await browser.TextAsync("/sign-in?refused=ProviderDenied"), Does.Contain("Access was denied at Acme ID."));
    }

    [Test]
    public async Task Provider_that_fails_after_the_sign_in_gives_a_reason()
    {
        using var browser = new BrowserClient(Host);
        var callback = await browser.ChooseAsync(await browser.BeginAsync("/keys"), "ada");
        Provider.IsBroken = true;
        Assert.That(await browser.ReturnAsync(callback), Is.EqualTo(Refused + "ProviderFailed&return=%2Fkeys"));
        Assert.That(browser.Sessions, Is.Empty);
    }

    [Test]
    public async Task Provider_that_is_down_gives_a_reason_and_works_again_later()
    {
        var other = await IdentityProvider.StartAsync();
        await other.DisposeAsync();
        await using var server = ApiHost.StartOn(Database, other.Settings(("platform", "admin", null)));
        using var browser = new BrowserClient(server);
        Assert.That((await browser.BeginAsync("/keys")).PathAndQuery, Is.EqualTo(Refused + "ProviderUnreachable&return=%2Fkeys"));
        Assert.That(await browser.TextAsync("/sign-in?refused=ProviderUnreachable"), Does.Contain("Entourage cannot reach Acme ID."));

        await using var again = await IdentityProvider.StartAsync(port: new Uri(other.Url).Port);
        again.Users["ada"] = ["platform"];
        await Patience.UntilAsync(async () => (await browser.BeginAsync()).Authority == new Uri(again.Url).Authority);
        Assert.That(await browser.SignInAsync("ada", "/keys"), Is.EqualTo("/keys"));
    }

    [TestCase("{}", 200)]
    [TestCase("<html></html>", 200)]
    [TestCase("{}", 404)]
    public async Task Wrong_authority_gives_a_reason(string metadata, int status)
    {
        await using var other = await FakeProvider.StartAsync();
        other.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, metadata, status);
        var settings = Provider.Settings(("platform", "admin", null));
        settings["Auth:OpenIdConnect:Authority"] = other.Url;
        await using var server = ApiHost.StartOn(Database, settings);
        using var browser = new BrowserClient(server);
        Assert.That((await browser.BeginAsync("/keys")).PathAndQuery, Does.StartWith(Refused + "Provider").And.EndsWith("&return=%2Fkeys"));
    }

    [Test]
    public async Task Changed_missing_or_foreign_state_is_refused()
    {
        using var browser = new BrowserClient(Host);
        var callback = await browser.ChooseAsync(await browser.BeginAsync(), "ada");
        var address = callback.ToString();
        var state = address.IndexOf("state=", StringComparison.Ordinal) + 20;
        var changed = address[..state] + (address[state] == 'A' ? 'B' : 'A') + address[(state + 1)..];
        foreach (var wrong in new[] { changed, address.Replace("state=", "other=", StringComparison.Ordinal), "/account/sign-in/callback", "/account/sign-in/callback?error=x&error_description=y" })
        {
            Assert.That(await browser.ReturnAsync(new(Host.Api.Http.BaseAddress!, wrong)), Is.EqualTo(Refused + "ProviderFailed"), wrong);
        }

        // The state belongs to the browser that began.
        using var foreign = new BrowserClient(Host);
        Assert.That(await foreign.ReturnAsync(callback), Is.EqualTo(Refused + "ProviderFailed"));
        Assert.That(await browser.ReturnAsync(callback), Is.EqualTo("/"));
        Assert.That(await browser.ReturnAsync(callback), Is.EqualTo(Refused + "ProviderFailed"), "used twice");
        Assert.That(foreign.Sessions, Is.Empty);
    }

    [TestCase("/caf\u00e9")]
    [TestCase("//evil.example/x")]
    [TestCase("/\\evil.example")]
    [TestCase("https://evil.example/")]
    public async Task Sign_in_does_not_redirect_to_another_site(string address)
    {
        using var browser = new BrowserClient(Host);
        Assert.That(await browser.SignInAsync("ada", address), Is.EqualTo("/"));
    }

    [Test]
    public async Task Headers_of_a_sign_in_fit_the_buffer_of_the_proxy()
    {
        const int Buffer = 16 * 1024;
        Assert.That(File.ReadAllText(Path.Combine(SourceTree.Root, "docker/nginx/default.conf")), Does.Contain("proxy_buffer_size 16k;"));
        using var browser = new BrowserClient(Host);
        using var begin = await browser.GetAsync("/account/sign-in/provider?return=/keys%3Fx=" + new string('x', 990));
        Assert.That(begin.Headers.ToString(), Has.Length.LessThan(Buffer / 2));
        using var end = await browser.GetAsync((await browser.ChooseAsync(begin.Headers.Location!, "ada")).ToString());
        Assert.That(end.Headers.ToString(), Has.Length.LessThan(Buffer / 2));
        Assert.That(end.Headers.Location?.OriginalString, Does.EndWith("xxx"));
    }

    [Test]
    public async Task Long_return_address_is_dropped()
    {
        using var browser = new BrowserClient(Host);
        Assert.That(await browser.SignInAsync("ada", "/keys?x=" + new string('x', 6_000)), Is.EqualTo("/"));
    }

    [Test]
    public async Task Cookies_are_secure_behind_a_proxy_with_tls()
    {
        await using var server = ApiHost.StartOn(Database, new Dictionary<string, string>(Settings) { ["Proxy:KnownAddresses"] = "127.0.0.1" });
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = server.Api.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/account/sign-in/provider") { Headers = { { "X-Forwarded-Proto", "https" }, { "X-Forwarded-For", "192.0.2.1" } } };
        using var answer = await client.SendAsync(request);
        Assert.That(answer.Headers.Location?.Query, Does.Contain("redirect_uri=https%3A%2F%2F127.0.0.1").And.Contain("code_challenge_method=S256").And.Contain("response_type=code"));
        Assert.That(answer.Headers.GetValues("Set-Cookie"), Has.Exactly(2).Items.And.All.Contains("; secure").And.All.Contains("; samesite=lax").And.All.Contains("; httponly"));
    }

    [Test]
    public async Task Log_contains_no_secret_of_a_sign_in()
    {
        using var log = new LogRecorder();
        var settings = new Dictionary<string, string>(Provider.Settings(("platform", "admin", null)));
        foreach (var (name, level) in LogRecorder.Talkative)
        {
            settings[name] = level;
        }

        await using var server = await ApiHost.StartAsync(Store.Sqlite, TimeProvider.System.GetUtcNow(), settings, log.AddTo);
        using var browser = new BrowserClient(server);
        var issued = Provider.Issued.Count;
        await browser.SignInAsync("ada");
        var cookies = browser.Cookies.GetCookies(server.Api.Http.BaseAddress!).Select(cookie => cookie.Value);
        string[] secrets = [IdentityProvider.ClientSecret, .. cookies, .. Provider.Issued.Skip(issued)];
        using (await browser.PostAsync("/account/sign-out"))
        {
            Assert.That(secrets, Has.Length.GreaterThanOrEqualTo(4), "secret, cookie, code and token");
        }

        // The reason of a failure is logged, but not what the visitor made of it.
        await browser.ReturnAsync(new(server.Api.Http.BaseAddress!, (await browser.ChooseAsync(await browser.BeginAsync(), "nobody")).PathAndQuery.Replace("access_denied", "made%0Aup", StringComparison.Ordinal)));
        Assert.That(log.Lines, Has.Some.Contains("A sign-in at the identity provider failed").And.Some.Contains("made up"));

        // A request log has the query, and with it the code, which is useless by then.
        Assert.That(log.Lines, Has.Some.Contains("/account/sign-in/callback"));
        var leaks = log.With(secrets).Where(line => !line.StartsWith("Information Microsoft.AspNetCore.Hosting.Diagnostics", StringComparison.Ordinal));
        Assert.That(leaks, Is.Empty);
    }
}
