using System.Globalization;
using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests;

/// <summary>How often one may ask. Tokens come back by the minute, so none does while a test runs.</summary>
internal sealed class RateLimitTests : HardeningFixture
{
    private const string Forwarded = "X-Forwarded-For";

    private static int addresses;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Proxy:KnownAddresses"] = "127.0.0.1; ::1",
        ["Limits:AddressPerMinute"] = "1",
        ["Limits:AddressBurst"] = "20",
        ["Limits:KeyPerMinute"] = "1",
        ["Limits:KeyBurst"] = "3",
        ["Limits:FailedKeysPerMinute"] = "2",
    };

    [Test]
    public async Task An_address_that_asks_too_often_is_told_to_wait_and_others_are_not()
    {
        var (busy, other) = (NewAddress(), NewAddress());
        for (var i = 0; i < 20; i++)
        {
            _ = (await AskAsync((Forwarded, busy))).Ok;
        }

        CheckRefusal(await AskAsync((Forwarded, busy)), "more requests");
        _ = (await AskAsync((Forwarded, other))).Ok;
        Assert.That((await HealthAsync(busy)).StatusCode, Is.EqualTo(HttpStatusCode.OK), "whether it is well may always be asked");
    }

    [Test]
    public async Task Whoever_has_an_address_of_IPv6_has_all_of_its_network()
    {
        for (var i = 0; i < 20; i++)
        {
            _ = (await AskAsync((Forwarded, $"2001:db8:1:2::{i + 1}"))).Ok;
        }

        CheckRefusal(await AskAsync((Forwarded, "2001:db8:1:2:ffff::1")), "more requests");
        _ = (await AskAsync((Forwarded, "2001:db8:1:3::1"))).Ok;
    }

    [Test]
    public async Task What_a_caller_claims_of_its_way_here_is_not_believed_beyond_the_proxy()
    {
        var busy = NewAddress();
        for (var i = 0; i < 20; i++)
        {
            _ = (await AskAsync((Forwarded, $"{NewAddress()}, {busy}"))).Ok;
        }

        CheckRefusal(await AskAsync((Forwarded, $"{NewAddress()}, {busy}")), "more requests");
    }

    [Test]
    public async Task This_machine_may_ask_as_often_as_it_likes()
    {
        for (var i = 0; i < 40; i++)
        {
            _ = (await AskAsync()).Ok;
        }
    }

    [Test]
    public async Task A_key_is_counted_wherever_it_is_used_and_other_keys_are_not()
    {
        var (busy, other) = ($"{Guid.CreateVersion7()}", $"{Guid.CreateVersion7()}");
        for (var i = 0; i < 3; i++)
        {
            _ = (await AskAsync((KeyHeader, busy), (Forwarded, NewAddress()))).Ok;
        }

        CheckRefusal(await AskAsync((KeyHeader, busy), (Forwarded, NewAddress())), "more requests");
        _ = (await AskAsync((KeyHeader, other))).Ok;
    }

    [Test]
    public async Task An_address_that_guesses_keys_is_refused_before_they_are_looked_at()
    {
        var (guesser, other) = (NewAddress(), NewAddress());
        (string, string?)[] Guess(string key, string? fault = "unknown key") => [(KeyHeader, key), (FaultHeader, fault), (Forwarded, guesser)];

        // An agent that was given a wrong key, and does not give up.
        for (var i = 0; i < 5; i++)
        {
            Assert.That((await AskAsync(Guess("first"))).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        }

        Assert.That((await AskAsync(Guess("second"))).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        CheckRefusal(await AskAsync(Guess("third")), "keys");
        CheckRefusal(await AskAsync(Guess("good", fault: null)), "keys");
        CheckRefusal(await AskAsync(("Authorization", "Bearer fourth"), (Forwarded, guesser)), "keys");
        _ = (await AskAsync((Forwarded, guesser))).Ok;
        _ = (await AskAsync((KeyHeader, "good"), (Forwarded, other))).Ok;
    }

    private static void CheckRefusal(Answer answer, string what)
    {
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.TooManyRequests), answer.Text);
        Assert.Multiple(() =>
        {
            Assert.That(answer.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(answer.Json.Text("type"), Is.EqualTo("/problems/too-many-requests"));
            Assert.That(answer.Json.Text("detail"), Does.Contain(what));
            Assert.That(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), Is.InRange(1, 60));
        });
    }

    private async Task<HttpResponseMessage> HealthAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { { Forwarded, address } } };
        return await Api.Http.SendAsync(request);
    }

    private static string NewAddress() => $"203.0.113.{++addresses}";
}
