using System.Net;

namespace Entourage.Api.Tests.Protection;

/// <summary>The request rate of an address. Tokens refill by the minute, so none refills during a test.</summary>
internal sealed class RateLimitTests : HardeningFixture
{
    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Proxy:KnownAddresses"] = "127.0.0.1; ::1",
        ["Limits:AddressPerMinute"] = "1",
        ["Limits:AddressBurst"] = "20",
    };

    [Test]
    public async Task Address_over_its_rate_must_wait_and_others_need_not()
    {
        var (busy, other) = (NewAddress(), NewAddress());
        for (var i = 0; i < 20; i++)
        {
            _ = (await AskAsync((Forwarded, busy))).Ok;
        }

        CheckRefusal(await AskAsync((Forwarded, busy)), "more requests");
        _ = (await AskAsync((Forwarded, other))).Ok;
        Assert.That((await HealthAsync(busy)).StatusCode, Is.EqualTo(HttpStatusCode.OK), "health checks are not limited");
    }

    [Test]
    public async Task IPv6_addresses_of_one_network_share_a_limit()
    {
        for (var i = 0; i < 20; i++)
        {
            _ = (await AskAsync((Forwarded, $"2001:db8:1:2::{i + 1}"))).Ok;
        }

        CheckRefusal(await AskAsync((Forwarded, "2001:db8:1:2:ffff::1")), "more requests");
        _ = (await AskAsync((Forwarded, "2001:db8:1:3::1"))).Ok;
    }

    [Test]
    public async Task Forwarded_addresses_before_the_proxy_are_ignored()
    {
        var busy = NewAddress();
        for (var i = 0; i < 20; i++)
        {
            _ = (await AskAsync((Forwarded, $"{NewAddress()}, {busy}"))).Ok;
        }

        CheckRefusal(await AskAsync((Forwarded, $"{NewAddress()}, {busy}")), "more requests");
    }

    [Test]
    public async Task Loopback_is_not_rate_limited()
    {
        for (var i = 0; i < 40; i++)
        {
            _ = (await AskAsync()).Ok;
        }
    }

    private async Task<HttpResponseMessage> HealthAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { { Forwarded, address } } };
        return await Api.Http.SendAsync(request);
    }
}
