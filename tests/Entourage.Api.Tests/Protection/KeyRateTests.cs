using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>Request rates of keys, and rates of wrong keys from an address. Tokens refill by the minute, so none refills during a test.</summary>
internal sealed class KeyRateTests : HardeningFixture
{
    // Sends only the cookies that a test sets, and follows no redirect.
    private ApiClient client = null!;
    private string busy = "";
    private string other = "";

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(ApiHost.WithKeys)
    {
        ["Proxy:KnownAddresses"] = "127.0.0.1; ::1",
        ["Limits:KeyPerMinute"] = "1",
        ["Limits:KeyBurst"] = "3",
        ["Limits:FailedKeysPerMinute"] = "2",
    };

    [OneTimeSetUp]
    public async Task IssueAsync()
    {
        client = new(new(Host.CheckConformance(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })) { BaseAddress = Api.Http.BaseAddress });
        (busy, other) = (await NewKeyAsync("busy"), await NewKeyAsync("other"));
    }

    [OneTimeTearDown]
    public void Close() => client?.Http.Dispose();

    [Test]
    public async Task Rate_of_a_key_is_counted_over_all_addresses_and_separately_from_other_keys()
    {
        for (var i = 0; i < 3; i++)
        {
            _ = (await AskAsync(NewAddress(), (KeyHeader, busy))).Ok;
        }

        CheckRefusal(await AskAsync(NewAddress(), (KeyHeader, busy)), "more requests");
        _ = (await AskAsync(NewAddress(), (KeyHeader, other))).Ok;
    }

    [Test]
    public async Task Repeated_wrong_key_counts_as_one_guess()
    {
        var guesser = NewAddress();

        // An agent with a wrong key that keeps retrying.
        for (var i = 0; i < 5; i++)
        {
            Assert.That((await AskAsync(guesser, (KeyHeader, "first"))).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        }

        Assert.That((await AskAsync(guesser, ("Cookie", "entourage_key=second"))).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        CheckRefusal(await AskAsync(guesser, (KeyHeader, "third")), "wrong keys");
        CheckRefusal(await AskAsync(guesser, (KeyHeader, "first")), "wrong keys");
        CheckRefusal(await AskAsync(guesser, ("Authorization", "Bearer fourth")), "wrong keys");
        CheckRefusal(await AskAsync(guesser, ("Cookie", "entourage_key=fifth")), "wrong keys");
        Assert.That((await AskAsync(guesser)).Status, Is.EqualTo(HttpStatusCode.Unauthorized), "a request without a key is no guess");
    }

    [Test]
    public async Task Wrong_keys_in_the_sign_in_form_count_as_guesses()
    {
        var guesser = NewAddress();
        foreach (var refusal in new[] { "NoKey", "NoKey", "TooMany" })
        {
            using var form = new FormUrlEncodedContent([new("key", $"{Guid.NewGuid()}")]);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/account/sign-in") { Content = form, Headers = { { Forwarded, guesser } } };
            using var answer = await client.Http.SendAsync(request);
            Assert.That(answer.Headers.Location?.OriginalString, Is.EqualTo($"/sign-in?refused={refusal}"));
        }

        CheckRefusal(await AskAsync(guesser, (KeyHeader, "wrong")), "wrong keys");
    }

    private Task<Answer> AskAsync(string address, params (string Name, string? Value)[] headers) =>
        client.SendAsync(HttpMethod.Get, "/guidelines", null, [.. headers, (Forwarded, address)]);

    private async Task<string> NewKeyAsync(string name) => (await Api.PostAsync("/keys", new { name, role = "admin" })).Created.Text("key")!;
}
