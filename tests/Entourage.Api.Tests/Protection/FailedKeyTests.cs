using System.Net;
using Entourage.Api.Tests.Access;
using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Protection;

/// <summary>
/// The effect of wrong keys on callers at the same address. Addresses come from the proxy's header. An address may try two keys
/// and gets a try back every 30 seconds, so none during a test.
/// </summary>
internal sealed class FailedKeyTests : HardeningFixture
{
    private readonly TestAuthority authority = new();

    // Sends only the cookies that a test sets, and follows no redirect.
    private ApiClient client = null!;
    private string key = "";

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(TestAuthority.Settings)
    {
        ["Proxy:KnownAddresses"] = "127.0.0.1; ::1",
        ["Limits:FailedKeysPerMinute"] = "2",
    };

    [OneTimeSetUp]
    public async Task IssueAsync()
    {
        client = new(new(Host.CheckConformance(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })) { BaseAddress = Api.Http.BaseAddress });
        key = await NewKeyAsync("valid");
    }

    [OneTimeTearDown]
    public void Close()
    {
        client?.Http.Dispose();
        authority.Dispose();
    }

    [TestCase("X-API-Key", "{key}")]
    [TestCase("Authorization", "Bearer {key}")]
    [TestCase("Authorization", "Bearer {token}")]
    [TestCase("Cookie", "entourage_key={key}")]
    public async Task Valid_credential_is_served_from_an_address_with_failed_keys(string header, string value)
    {
        var address = await NewSuspectAsync();
        var text = value.Replace("{key}", key, StringComparison.Ordinal).Replace("{token}", authority.AdminToken(), StringComparison.Ordinal);
        for (var i = 0; i < 10; i++)
        {
            _ = (await AskAsync(address, (header, text))).Ok;
            await ExpectSlowedAsync(address);
        }
    }

    [Test]
    public async Task New_key_is_served_from_a_suspect_address()
    {
        var address = await NewSuspectAsync();
        _ = (await AskAsync(address, (KeyHeader, await NewKeyAsync("fresh")))).Ok;
    }

    [Test]
    public async Task Valid_key_signs_in_from_a_suspect_address_and_a_wrong_one_must_wait()
    {
        var address = await NewSuspectAsync();
        Assert.That((await SignInAsync(address, key)).OriginalString, Is.EqualTo("/"));
        Assert.That((await SignInAsync(address, Wrong())).OriginalString, Is.EqualTo("/sign-in?refused=TooMany"));
        Assert.That((await SignInAsync(address, key)).OriginalString, Is.EqualTo("/"));
    }

    [TestCase("GET", "/keys", HttpStatusCode.OK)]
    [TestCase("GET", "/metrics", HttpStatusCode.OK)]
    [TestCase("POST", "/v1/logs", HttpStatusCode.OK)]
    [TestCase("POST", "/v1/metrics", HttpStatusCode.OK)]
    [TestCase("POST", "/mcp", HttpStatusCode.OK)]
    [TestCase("POST", "/_blazor/negotiate?negotiateVersion=1", HttpStatusCode.OK)]
    public async Task Every_other_entry_point_serves_a_valid_key_and_slows_wrong_ones(string method, string path, HttpStatusCode expected)
    {
        var address = await NewSuspectAsync();
        Assert.That((await SendAsync(key)).Status, Is.EqualTo(expected));
        if (path == "/keys")
        {
            // Browsers are redirected to the form.
            Assert.That((await SendAsync(Wrong())).Status, Is.EqualTo(HttpStatusCode.Redirect));
        }
        else
        {
            CheckRefusal(await SendAsync(Wrong()), "wrong keys", isTelemetrys: path.StartsWith("/v1/", StringComparison.Ordinal));
        }

        async Task<Answer> SendAsync(string text)
        {
            using var request = new HttpRequestMessage(new(method), path) { Headers = { { KeyHeader, text }, { Forwarded, address } } };
            request.Headers.Accept.ParseAdd("application/json, text/event-stream, text/html");
            request.Content = method == "GET" ? null : new StringContent(
                path == "/mcp" ? """{"jsonrpc":"2.0","id":1,"method":"ping"}""" : "{}", System.Text.Encoding.UTF8, "application/json");
            return await client.SendAsync(request);
        }
    }

    [Test]
    public async Task Expired_and_forged_tokens_do_not_count_as_guesses()
    {
        var address = NewAddress();
        using var forger = new TestAuthority();
        for (var i = 0; i < 10; i++)
        {
            var expired = authority.AdminToken($"u-{i}", minutes: -10 - i);
            string[] tokens = [expired, forger.AdminToken($"u-{i}"), expired[..^(i + 1)], $"eyJhbGciOiJub25lIn0.e3{i}.", $"eyJhbGciOiJub25lIn0.a.b.c.{i}"];
            foreach (var token in tokens)
            {
                await ExpectUnauthorizedAsync(address, ("Authorization", $"Bearer {token}"));
                await ExpectUnauthorizedAsync(address, (KeyHeader, token));
                await ExpectUnauthorizedAsync(address, ("Cookie", $"entourage_key={token}"));
            }
        }

        // Both tries are still left.
        await ExpectUnauthorizedAsync(address, (KeyHeader, Wrong()));
        await ExpectUnauthorizedAsync(address, (KeyHeader, Wrong()));
        await ExpectSlowedAsync(address);
    }

    [Test]
    public async Task Revoked_and_expired_keys_do_not_count_as_guesses_in_header_cookie_or_form()
    {
        var address = NewAddress();
        List<string> ended = [];
        for (var i = 0; i < 4; i++)
        {
            var revoked = (await Api.PostAsync("/keys", new { name = "revoked", role = "admin" })).Created;
            _ = await Api.SendAsync(HttpMethod.Delete, $"/keys/{revoked.Text("id")}", null);
            var expired = (await Api.PostAsync("/keys", new { name = "expired", role = "admin", expires_at = Host.Clock.GetUtcNow().AddMinutes(1) })).Created;

            // The server knows that some of these were once valid.
            _ = i % 2 == 0 ? (await AskAsync(NewAddress(), (KeyHeader, expired.Text("key")))).Ok : null;
            ended.AddRange([revoked.Text("key")!, expired.Text("key")!]);
        }

        Host.Clock.Advance(TimeSpan.FromMinutes(1));
        foreach (var text in ended)
        {
            await ExpectUnauthorizedAsync(address, (KeyHeader, text));
            await ExpectUnauthorizedAsync(address, ("Authorization", $"Bearer {text}"));
            await ExpectUnauthorizedAsync(address, ("Cookie", $"entourage_key={text}"));
            Assert.That((await SignInAsync(address, text)).OriginalString, Is.EqualTo("/sign-in?refused=NoKey"));
        }

        await ExpectUnauthorizedAsync(address, (KeyHeader, Wrong()));
        await ExpectUnauthorizedAsync(address, (KeyHeader, Wrong()));
        await ExpectSlowedAsync(address);
    }

    [Test]
    public async Task Wrong_keys_from_one_address_do_not_slow_another()
    {
        await NewSuspectAsync();
        await ExpectUnauthorizedAsync(NewAddress(), (KeyHeader, Wrong()));
    }

    [TestCase("entourage_key=")]
    [TestCase("entourage_key=%")]
    [TestCase("entourage_key=%ff%fe%00")]
    [TestCase("entourage_key=%ED%A0%80")]
    [TestCase("entourage_key=ent_0123456789ab")]
    [TestCase("entourage_key=ent_0123456789ab_")]
    [TestCase("entourage_key=\"x\"; entourage_key=y")]
    [TestCase("entourage_key=a=b=c; ;;==")]
    [TestCase("entourage_key=%F0%9F%98%80%F0%9F%98%80")]
    public async Task Malformed_cookie_is_refused(string cookie) =>
        Assert.That((await AskAsync(NewAddress(), ("Cookie", cookie))).Status, Is.EqualTo(HttpStatusCode.Unauthorized));

    [TestCase(201, 401)]
    [TestCase(20_000, 401)]
    [TestCase(100_000, 431)]
    public async Task Huge_credential_is_refused_everywhere(int length, int status)
    {
        foreach (var (header, value) in new[] { ("Cookie", "entourage_key="), (KeyHeader, ""), ("Authorization", "Bearer "), ("Authorization", "Bearer eyJ.e.") })
        {
            Assert.That((int)(await AskAsync(NewAddress(), (header, value + new string('a', length)))).Status, Is.EqualTo(status), header);
        }
    }

    [Test]
    public async Task New_keys_are_served_during_a_flood_of_wrong_ones()
    {
        var address = await NewSuspectAsync();
        List<string> keys = [];
        for (var i = 0; i < 20; i++)
        {
            keys.Add(await NewKeyAsync($"flooded {i}"));
        }

        using var end = new CancellationTokenSource();
        var flood = Enumerable.Range(0, 64).Select(async _ =>
        {
            while (!end.IsCancellationRequested)
            {
                await ExpectSlowedAsync(address);
            }
        }).ToArray();
        foreach (var text in keys)
        {
            _ = (await AskAsync(address, (KeyHeader, text))).Ok;
        }

        await end.CancelAsync();
        await Task.WhenAll(flood);
    }

    protected override void Prepare(IServiceCollection services)
    {
        base.Prepare(services);
        authority.AddTo(services);
    }

    private static string Wrong() => $"ent_{Guid.NewGuid():N}"[..16] + "_" + Guid.NewGuid().ToString("N") + "0123456789a";

    private async Task<string> NewSuspectAsync()
    {
        var address = NewAddress();
        await ExpectUnauthorizedAsync(address, (KeyHeader, Wrong()));
        await ExpectUnauthorizedAsync(address, (KeyHeader, Wrong()));
        await ExpectSlowedAsync(address);
        return address;
    }

    private async Task ExpectSlowedAsync(string address) => CheckRefusal(await AskAsync(address, (KeyHeader, Wrong())), "wrong keys");

    private async Task ExpectUnauthorizedAsync(string address, params (string Name, string? Value)[] headers)
    {
        var answer = await AskAsync(address, headers);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized), answer.Text);
    }

    private async Task<Uri> SignInAsync(string address, string text)
    {
        using var form = new FormUrlEncodedContent([new("key", text)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/sign-in") { Content = form, Headers = { { Forwarded, address } } };
        using var answer = await client.Http.SendAsync(request);
        return answer.Headers.Location!;
    }

    private Task<Answer> AskAsync(string address, params (string Name, string? Value)[] headers) =>
        client.SendAsync(HttpMethod.Get, "/guidelines", null, [.. headers, (Forwarded, address)]);

    private async Task<string> NewKeyAsync(string name) => (await Api.PostAsync("/keys", new { name, role = "admin" })).Created.Text("key")!;
}
