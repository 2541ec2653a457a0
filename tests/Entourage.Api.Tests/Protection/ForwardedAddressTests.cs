using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>The client address of a request that came through two known proxies.</summary>
internal sealed class ForwardedAddressTests : HardeningFixture
{
    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Proxy:KnownAddresses"] = "::ffff:127.0.0.1; ::1",
        ["Proxy:KnownNetworks"] = "::ffff:10.1.0.0/112",
        ["Proxy:Hops"] = "2",
        ["Limits:AddressPerMinute"] = "1",
        ["Limits:AddressBurst"] = "2",
    };

    [TestCase("198.51.100.1, 10.1.0.5", "198.51.100.1", "the sender behind both proxies")]
    [TestCase("192.0.2.9, 198.51.100.2, 10.1.0.5", "198.51.100.2", "what the sender claims to have passed on")]
    [TestCase("192.0.2.9, 198.51.100.3", "198.51.100.3", "no second proxy, so it is the sender")]
    [TestCase("::ffff:198.51.100.4, 10.1.0.6", "198.51.100.4", "an IPv4 address within IPv6")]
    [TestCase("198.51.100.5:4711, 10.1.0.5:80", "198.51.100.5", "with ports")]
    [TestCase("[2001:db8:7::1]:4711, 10.1.0.5", "2001:db8:7::2", "one network of IPv6")]
    [TestCase("127.0.0.1, 198.51.100.6", "198.51.100.6", "a claim to be this machine")]
    public async Task Client_address_is_the_last_one_before_the_known_proxies(string forwarded, string sender, string why)
    {
        // Both are the same sender, and together they use its two tokens.
        _ = (await AskAsync((Forwarded, forwarded))).Ok;
        _ = (await AskAsync((Forwarded, sender))).Ok;
        CheckRefusal(await AskAsync((Forwarded, forwarded)), "more requests");
        Assert.That((await AskAsync((Forwarded, sender))).Status, Is.EqualTo(HttpStatusCode.TooManyRequests), why);
    }

    [Test]
    public async Task Forwarded_loopback_address_is_not_this_machine()
    {
        for (var i = 0; i < 2; i++)
        {
            _ = (await AskAsync((Forwarded, "127.0.0.9"))).Ok;
        }

        CheckRefusal(await AskAsync((Forwarded, "127.0.0.9")), "more requests");
        _ = (await AskAsync()).Ok;
    }
}

/// <summary>Forged headers from a caller that is not a known proxy.</summary>
internal sealed class ForgedAddressTests : HardeningFixture
{
    protected override IReadOnlyDictionary<string, string> Settings =>
        new Dictionary<string, string>(ApiHost.WithKeys) { ["Limits:FailedKeysPerMinute"] = "2" };

    [Test]
    public async Task Forged_address_does_not_give_more_tries()
    {
        var client = Host.ClientWith(null);
        for (var i = 0; i < 3; i++)
        {
            var answer = await client.SendAsync(HttpMethod.Get, "/guidelines", null, (KeyHeader, $"wrong {i}"), (Forwarded, NewAddress()), ("X-Original-For", NewAddress()));
            Assert.That(answer.Status, Is.EqualTo(i < 2 ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests));
        }

        _ = (await AskAsync()).Ok;
    }
}
