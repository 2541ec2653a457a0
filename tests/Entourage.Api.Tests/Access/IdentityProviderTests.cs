using System.Net;
using System.Text.RegularExpressions;
using Entourage.Testing;

namespace Entourage.Api.Tests.Access;

/// <summary>Sign-in at an identity provider, over plain HTTP.</summary>
internal sealed class IdentityProviderTests
{
    private IdentityProvider provider = null!;

    [SetUp]
    public async Task StartAsync()
    {
        provider = await IdentityProvider.StartAsync();
        provider.Users["ada"] = ["everyone", "platform"];
    }

    [TearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    [Test]
    public async Task Person_signs_in_and_the_audit_trail_names_issuer_and_subject()
    {
        await using var host = await StartAsync(("platform", "admin", null));
        using var browser = new BrowserClient(host);
        var end = await browser.SignInAsync("ada", "/keys?x=1");
        Assert.That(end, Is.EqualTo("/keys?x=1"));
        var created = await browser.SendAsync(HttpMethod.Post, "/api/v1/orgs", """{"name":"Acme","slug":"acme"}""");
        Assert.That(created.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        var entry = (await host.Api.GetAsync("/audit")).Ok["items"]!.AsArray()[0]!;
        Assert.That(
            (entry.Text("actor"), entry.Text("actor_kind"), entry.Text("actor_issuer"), entry.Text("actor_subject")),
            Is.EqualTo(("Ada Lovelace (ada)", "token", provider.Url + "/", "ada")));
    }

    private Task<ApiHost> StartAsync(params (string Group, string Role, string? Team)[] mappings) =>
        ApiHost.StartAsync(Store.Sqlite, TimeProvider.System.GetUtcNow(), provider.Settings(mappings));
}
