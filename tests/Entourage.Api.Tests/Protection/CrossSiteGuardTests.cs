using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>Requests that a foreign page makes a browser on this machine send to a server without keys.</summary>
internal sealed class CrossSiteGuardTests : HardeningFixture
{
    private static readonly Dictionary<string, string> Named = new() { ["AllowedHosts"] = "entourage.example.com;*.corp.example" };

    private static readonly (string Host, bool Known)[] NamedHosts =
    [
        ("entourage.example.com", true),
        ("entourage.example.com:8443", true),
        ("a.corp.example", true),
        ("localhost", false),
        ("rebound.example", false),
    ];

    [TestCase("localhost", true)]
    [TestCase("localhost:8000", true)]
    [TestCase("LOCALHOST", true)]
    [TestCase("api.localhost:8000", true)]
    [TestCase("127.0.0.1:8000", true)]
    [TestCase("127.8.9.10", true)]
    [TestCase("[::1]:8000", true)]
    [TestCase("rebound.example", false)]
    [TestCase("localhost.rebound.example:8000", false)]
    [TestCase("127.0.0.1.rebound.example", false)]
    [TestCase("notlocalhost", false)]
    [TestCase("203.0.113.9", false)]
    [TestCase("[2001:db8::1]", false)]
    public async Task Open_server_accepts_only_the_host_names_of_its_machine(string host, bool known) => Check(await AskAsync(("Host", host)), known);

    [Test]
    public async Task Server_with_configured_host_names_accepts_only_these()
    {
        await using var named = await ApiHost.StartAsync(Store.Sqlite, settings: Named);
        foreach (var (host, known) in NamedHosts)
        {
            Check(await named.Api.SendAsync(HttpMethod.Get, "/guidelines", null, ("Host", host)), known);
        }
    }

    [TestCase("POST", "cross-site", null, false)]
    [TestCase("POST", "same-site", null, false)]
    [TestCase("POST", "something new", null, false)]
    [TestCase("POST", "same-origin", null, true)]
    [TestCase("POST", "none", null, true)]
    [TestCase("POST", null, "http://rebound.example", false)]
    [TestCase("POST", null, "http://localhost:1", false)]
    [TestCase("POST", null, "https://localhost.rebound.example", false)]
    [TestCase("POST", null, "null", false)]
    [TestCase("POST", null, "http://localhost", true)]
    [TestCase("POST", null, null, true)]
    [TestCase("PATCH", "cross-site", "http://rebound.example", false)]
    [TestCase("DELETE", "cross-site", null, false)]
    public async Task Cross_site_request_changes_nothing(string method, string? fetchSite, string? origin, bool passes)
    {
        var answer = await Api.SendAsync(
            new HttpMethod(method), "/nothing", null, ("Host", "localhost"), ("Sec-Fetch-Site", fetchSite), ("Origin", origin));

        Assert.That(answer.Status, Is.EqualTo(passes ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden), answer.Text);
        Assert.That(answer.Json.Text("type"), Is.EqualTo(passes ? "/problems/not-found" : "/problems/cross-site"));
    }

    [Test]
    public async Task Cross_site_form_with_JSON_as_text_creates_no_organisation()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orgs")
        {
            Headers = { { "Origin", "https://rebound.example" }, { "Sec-Fetch-Site", "cross-site" } },
            Content = new StringContent("""{"name": "Evil", "slug": "evil"}""", null, "text/plain"),
        };

        Assert.That((await Api.SendAsync(request)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await Api.GetAsync("/orgs")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Cross_site_WebSocket_is_refused() => Assert.That(
        (await AskAsync(("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Origin", "http://rebound.example"))).Status,
        Is.EqualTo(HttpStatusCode.Forbidden));

    [Test]
    public async Task Preflight_allows_no_other_site()
    {
        var answer = await Api.SendAsync(
            HttpMethod.Options, "/orgs", null, ("Origin", "https://rebound.example"), ("Access-Control-Request-Method", "POST"));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(answer.Header("Access-Control-Allow-Origin"), Is.Null);
    }

    private static void Check(Answer answer, bool known)
    {
        Assert.That(answer.Status, Is.EqualTo(known ? HttpStatusCode.OK : HttpStatusCode.MisdirectedRequest), answer.Text);
        Assert.That(known || answer.Json.Text("type") == "/problems/unknown-host", answer.Text);
    }
}
