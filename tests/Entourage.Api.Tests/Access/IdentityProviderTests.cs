using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Access;

/// <summary>Sign-in at an identity provider, over plain HTTP.</summary>
internal sealed class IdentityProviderTests
{
    private const string Refused = "/sign-in?refused=";

    private IdentityProvider provider = null!;
    private TestDatabase database = null!;
    private TestTeam first = null!;
    private TestTeam second = null!;
    private ApiHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await IdentityProvider.StartAsync();
        database = await TestDatabase.CreateAsync(Store.Sqlite);

        // Mappings name teams, so the teams come first.
        await using (var before = ApiHost.StartOn(database, ApiHost.WithKeys))
        {
            (first, second) = (await before.Api.CreateTeamAsync(), await before.Api.CreateTeamAsync());
        }

        provider.Users["ada"] = ["everyone", "platform"];
        provider.Users["lena"] = ["everyone", "first"];
        provider.Users["both"] = ["first", "second"];
        provider.Users["boss"] = ["first", "platform"];
        provider.Users["guest"] = ["everyone"];
        provider.Users["gone"] = ["gone"];
        host = ApiHost.StartOn(database, Settings);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await host.DisposeAsync();
        await database.DisposeAsync();
        await provider.DisposeAsync();
    }

    [SetUp]
    public void Mend() => provider.IsBroken = false;

    private Dictionary<string, string> Settings => provider.Settings(
        ("second", "lead", second.Id), ("first", "lead", first.Id), ("gone", "lead", Guid.CreateVersion7().ToString()), ("platform", "admin", null));

    [Test]
    public async Task Admin_signs_in_and_the_audit_trail_names_issuer_and_subject()
    {
        using var browser = new BrowserClient(host);
        Assert.That(await browser.SignInAsync("ada", "/keys?x=1"), Is.EqualTo("/keys?x=1"));
        using var created = await browser.PostJsonAsync("/api/v1/keys", """{"name":"robot","role":"admin"}""");
        Assert.That(created.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        var entry = (await host.Api.GetAsync("/audit")).Ok.AsArray().Select(entry => entry!).Single(entry => entry.Text("actor_subject") == "ada");
        Assert.That(
            (entry.Text("actor"), entry.Text("actor_kind"), entry.Text("actor_issuer")), Is.EqualTo(("Ada Lovelace (ada)", "token", provider.Url + "/")));
    }

    [Test]
    public async Task Lead_has_the_own_team_only()
    {
        using var browser = new BrowserClient(host);
        await browser.SignInAsync("lena");
        Assert.That(await StatusAsync(browser, $"/api/v1/teams/{first.Id}/costs?format=csv"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(browser, $"/api/v1/teams/{second.Id}"), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await StatusAsync(browser, "/metrics"), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Admin_mapping_wins_and_then_the_first_one()
    {
        using var boss = new BrowserClient(host);
        await boss.SignInAsync("boss");
        Assert.That(await StatusAsync(boss, "/metrics"), Is.EqualTo(HttpStatusCode.OK));
        using var both = new BrowserClient(host);
        await both.SignInAsync("both");
        Assert.That(await StatusAsync(both, $"/api/v1/teams/{second.Id}"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(both, $"/api/v1/teams/{first.Id}"), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("guest")]
    [TestCase("gone")]
    public async Task Person_without_a_role_gets_a_reason_and_no_session(string user)
    {
        using var browser = new BrowserClient(host);
        Assert.That(await browser.SignInAsync(user, "/keys"), Is.EqualTo(Refused + "NoRole&return=%2Fkeys"));
        Assert.That(browser.Sessions, Is.Empty);
        Assert.That(await browser.TextAsync("/sign-in?refused=NoRole"), Does.Contain("You have no role here. Ask an admin to add one of your groups."));
    }

    [Test]
    public async Task Person_who_cancels_at_the_provider_gets_a_reason()
    {
        using var browser = new BrowserClient(host);
        Assert.That(await browser.SignInAsync("nobody", "/keys"), Is.EqualTo(Refused + "ProviderDenied&return=%2Fkeys"));
        Assert.That(await browser.TextAsync("/sign-in?refused=ProviderDenied"), Does.Contain("Access was denied at Acme ID."));
    }

    [Test]
    public async Task Provider_that_fails_after_the_sign_in_gives_a_reason()
    {
        using var browser = new BrowserClient(host);
        var callback = await browser.ChooseAsync(await browser.BeginAsync("/keys"), "ada");
        provider.IsBroken = true;
        Assert.That(await browser.ReturnAsync(callback), Is.EqualTo(Refused + "ProviderFailed&return=%2Fkeys"));
        Assert.That(browser.Sessions, Is.Empty);
    }

    [Test]
    public async Task Provider_that_is_down_gives_a_reason_and_works_again_later()
    {
        await using var other = await IdentityProvider.StartAsync();
        other.Users["ada"] = ["platform"];
        await other.StopAsync();
        await using var server = ApiHost.StartOn(database, other.Settings(("platform", "admin", null)));
        using var browser = new BrowserClient(server);
        Assert.That((await browser.BeginAsync("/keys")).PathAndQuery, Is.EqualTo(Refused + "ProviderAway&return=%2Fkeys"));
        Assert.That(await browser.TextAsync("/sign-in?refused=ProviderAway"), Does.Contain("Acme ID cannot be reached."));
    }

    [Test]
    public async Task Changed_missing_or_foreign_state_is_refused()
    {
        using var browser = new BrowserClient(host);
        var callback = await browser.ChooseAsync(await browser.BeginAsync(), "ada");
        var address = callback.ToString();
        var state = address.IndexOf("state=", StringComparison.Ordinal) + 20;
        var changed = address[..state] + (address[state] == 'A' ? 'B' : 'A') + address[(state + 1)..];
        foreach (var wrong in new[] { changed, address.Replace("state=", "other=", StringComparison.Ordinal), "/account/sign-in/callback", "/account/sign-in/callback?error=x&error_description=y" })
        {
            Assert.That(await browser.ReturnAsync(new(host.Api.Http.BaseAddress!, wrong)), Is.EqualTo(Refused + "ProviderFailed"), wrong);
        }

        // The state belongs to the browser that began.
        using var foreign = new BrowserClient(host);
        Assert.That(await foreign.ReturnAsync(callback), Is.EqualTo(Refused + "ProviderFailed"));
        Assert.That(await browser.ReturnAsync(callback), Is.EqualTo("/"));
        Assert.That(await browser.ReturnAsync(callback), Is.EqualTo(Refused + "ProviderFailed"), "used twice");
        Assert.That(foreign.Sessions, Is.Empty);
    }

    [TestCase("//evil.example/x")]
    [TestCase("/\\evil.example")]
    [TestCase("https://evil.example/")]
    public async Task Sign_in_does_not_redirect_to_another_site(string address)
    {
        using var browser = new BrowserClient(host);
        Assert.That(await browser.SignInAsync("ada", address), Is.EqualTo("/"));
    }

    [Test]
    public async Task Headers_of_a_sign_in_fit_the_buffer_of_the_proxy()
    {
        const int Buffer = 16 * 1024;
        Assert.That(File.ReadAllText(Path.Combine(SourceTree.Root, "docker/nginx/default.conf")), Does.Contain("proxy_buffer_size 16k;"));
        using var browser = new BrowserClient(host);
        using var begin = await browser.GetAsync("/account/sign-in/provider?return=/keys%3Fx=" + new string('x', 990));
        Assert.That(begin.Headers.ToString(), Has.Length.LessThan(Buffer / 2));
        using var end = await browser.GetAsync((await browser.ChooseAsync(begin.Headers.Location!, "ada")).ToString());
        Assert.That(end.Headers.ToString(), Has.Length.LessThan(Buffer / 2));
        Assert.That(end.Headers.Location?.OriginalString, Does.EndWith("xxx"));
    }

    [Test]
    public async Task Long_return_address_is_dropped()
    {
        using var browser = new BrowserClient(host);
        Assert.That(await browser.SignInAsync("ada", "/keys?x=" + new string('x', 6_000)), Is.EqualTo("/"));
    }

    [Test]
    public async Task Session_ends_after_its_time_however_often_it_is_used()
    {
        await using var server = ApiHost.StartOn(database, new Dictionary<string, string>(Settings) { ["Auth:OpenIdConnect:SessionMinutes"] = "60" });
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
    public async Task Every_replica_can_finish_a_sign_in_and_knows_the_session()
    {
        await using var beside = ApiHost.StartOn(database, Settings);
        using var browser = new BrowserClient(host);
        var callback = await browser.ChooseAsync(await browser.BeginAsync("/keys"), "ada");
        Assert.That(await browser.ReturnAsync(new(beside.Api.Http.BaseAddress!, callback.PathAndQuery)), Is.EqualTo("/keys"));
        Assert.That(await StatusAsync(browser, "/api/v1/orgs"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(browser, new Uri(beside.Api.Http.BaseAddress!, "/api/v1/orgs").ToString()), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Changed_mapping_applies_after_a_restart()
    {
        using var browser = new BrowserClient(host);
        await browser.SignInAsync("boss");
        foreach (var (settings, orgs, metrics) in new[]
        {
            (provider.Settings(("platform", "lead", first.Id)), HttpStatusCode.OK, HttpStatusCode.Forbidden),
            (provider.Settings(("others", "admin", null)), HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized),
            (new(Settings) { ["Auth:OpenIdConnect:ClientSecret"] = "another-secret-of-the-client-0123" }, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized),
        })
        {
            await using var restarted = ApiHost.StartOn(database, settings);
            var address = restarted.Api.Http.BaseAddress!;
            Assert.That(await StatusAsync(browser, new Uri(address, "/api/v1/orgs").ToString()), Is.EqualTo(orgs));
            Assert.That(await StatusAsync(browser, new Uri(address, "/metrics").ToString()), Is.EqualTo(metrics));
        }
    }

    [Test]
    public async Task Sign_out_ends_the_session_here_and_at_the_provider()
    {
        using var browser = new BrowserClient(host);
        await browser.SignInAsync("ada");
        using (var foreign = await browser.PostAsync("/account/sign-out", site: "cross-site"))
        {
            Assert.That(foreign.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        }

        Assert.That(browser.Sessions, Is.Not.Empty);
        using var answer = await browser.PostAsync("/account/sign-out");
        var page = await answer.Content.ReadAsStringAsync();
        Assert.That(page, Does.Contain($"0;url={provider.Url}/end-session?").And.Contain("client_id=entourage").And.Contain("%2Fsign-in"));
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
            await using var server = ApiHost.StartOn(database, settings);
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
        using var browser = new BrowserClient(host);
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

    [Test]
    public async Task Cookies_are_secure_behind_a_proxy_with_tls()
    {
        await using var server = ApiHost.StartOn(database, new Dictionary<string, string>(Settings) { ["Proxy:KnownAddresses"] = "127.0.0.1" });
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
        var settings = new Dictionary<string, string>(provider.Settings(("platform", "admin", null)));
        foreach (var (name, level) in LogRecorder.Talkative)
        {
            settings[name] = level;
        }

        await using var server = await ApiHost.StartAsync(Store.Sqlite, TimeProvider.System.GetUtcNow(), settings, log.AddTo);
        using var browser = new BrowserClient(server);
        var issued = provider.Issued.Count;
        await browser.SignInAsync("ada");
        var cookies = browser.Cookies.GetCookies(server.Api.Http.BaseAddress!).Select(cookie => cookie.Value);
        string[] secrets = [IdentityProvider.ClientSecret, .. cookies, .. provider.Issued.Skip(issued)];
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

    [TestCase("Auth:OpenIdConnect:Authority must be an address", "Authority=id.example.com")]
    [TestCase("Auth:OpenIdConnect:Authority must begin with https://", "Authority=http://id.example.com")]
    [TestCase("Auth:OpenIdConnect:Authority is missing", "Authority=")]
    [TestCase("Auth:OpenIdConnect:ClientId is missing", "ClientId=")]
    [TestCase("Auth:OpenIdConnect:ClientSecret is missing", "ClientSecret=")]
    [TestCase("Auth:OpenIdConnect:ClientSecret is too short", "ClientSecret=short")]
    [TestCase("Auth:OpenIdConnect:Scopes must contain openid", "Scopes=profile")]
    [TestCase("Auth:OpenIdConnect:SessionMinutes must be between 5 and 10080", "SessionMinutes=1")]
    [TestCase("Auth:OpenIdConnect:Groups:0:Name is missing", "Groups:0:Name=")]
    [TestCase("Auth:OpenIdConnect:Groups:0:Role must be admin or lead", "Groups:0:Role=agent")]
    [TestCase("Auth:OpenIdConnect:Groups:0:Role", "Groups:0:Role=owner")]
    [TestCase("Auth:OpenIdConnect:Groups:0:TeamId is missing", "Groups:0:Role=lead")]
    [TestCase("Auth:OpenIdConnect:Groups:0:TeamId must not be set", "Groups:0:TeamId=01890000-0000-7000-8000-000000000000")]
    public async Task Wrong_setting_stops_the_server_with_a_line(string reason, string setting)
    {
        var settings = provider.Settings(("platform", "admin", null));
        var parts = setting.Split('=');
        settings["Auth:OpenIdConnect:" + parts[0]] = parts[1];
        var (exitCode, errors) = await ApiProcess.FailAsync(database, [.. settings.Select(each => $"--{each.Key}={each.Value}"), "--urls=http://127.0.0.1:0"]);
        Assert.That((exitCode, errors.Trim().Count(letter => letter == '\n')), Is.EqualTo((1, 0)));
        Assert.That(errors, Does.StartWith("Entourage cannot start: ").And.Contain(reason));
    }

    private static async Task<HttpStatusCode> StatusAsync(BrowserClient browser, string path)
    {
        using var answer = await browser.GetAsync(path);
        return answer.StatusCode;
    }
}
