using System.Net;
using Entourage.Api.Tests.Access;
using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Protection;

/// <summary>An address beyond its request rate. Tokens refill by the minute, so none refills during a test.</summary>
internal sealed class BusyAddressTests : HardeningFixture
{
    private const int Burst = 10;

    private readonly TestAuthority authority = new();
    private ApiClient client = null!;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(TestAuthority.Settings)
    {
        ["Proxy:KnownAddresses"] = "127.0.0.1; ::1",
        ["Limits:AddressPerMinute"] = "1",
        ["Limits:AddressBurst"] = $"{Burst}",
        ["Limits:KeyPerMinute"] = "1",
        ["Limits:KeyBurst"] = "3",
        ["Limits:FailedKeysPerMinute"] = "1000",
    };

    [OneTimeSetUp]
    public void Open() =>
        client = new(new(Host.CheckConformance(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })) { BaseAddress = Api.Http.BaseAddress });

    [OneTimeTearDown]
    public void Close()
    {
        client?.Http.Dispose();
        authority.Dispose();
    }

    [Test]
    public async Task Valid_credential_is_served_during_a_flood_from_its_address_within_its_own_limit()
    {
        var (address, key) = (await NewBusyAddressAsync(), (await Api.PostAsync("/keys", new { name = "valid", role = "admin" })).Created.Text("key")!);
        foreach (var (header, value) in new[] { (KeyHeader, key), ("Authorization", $"Bearer {authority.AdminToken("own")}") })
        {
            for (var i = 0; i < 3; i++)
            {
                _ = (await AskAsync(address, (header, value))).Ok;
            }

            CheckRefusal(await AskAsync(address, (header, value)), "more requests");
            CheckRefusal(await AskAsync(NewAddress(), (header, value)), "more requests");
        }

        _ = (await AskAsync(address, ("Authorization", $"Bearer {authority.AdminToken("another")}"))).Ok;
    }

    [TestCase("X-API-Key", "ent_0123456789ab_0123456789012345678901234567890123456789abc")]
    [TestCase("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30.")]
    [TestCase("Cookie", "entourage_key=x")]
    [TestCase("X-API-Key", null)]
    public async Task Flood_from_an_address_refuses_callers_without_a_valid_credential(string header, string? value) =>
        CheckRefusal(await AskAsync(await NewBusyAddressAsync(), (header, value)), "more requests");

    [Test]
    public async Task Wrong_key_at_a_public_page_does_not_bypass_the_limit()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json")
        {
            Headers = { { Forwarded, await NewBusyAddressAsync() }, { KeyHeader, ApiHost.WithKeys["Auth:BootstrapKey"] } },
        };
        using var answer = await client.Http.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    [Test]
    public async Task Valid_key_signs_in_during_a_flood()
    {
        var address = await NewBusyAddressAsync();
        foreach (var (text, target) in new[] { ("wrong", "/sign-in?refused=TooMany"), (ApiHost.WithKeys["Auth:BootstrapKey"], "/") })
        {
            using var form = new FormUrlEncodedContent([new("key", text)]);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/account/sign-in") { Content = form, Headers = { { Forwarded, address } } };
            using var answer = await client.Http.SendAsync(request);
            Assert.That(answer.Headers.Location?.OriginalString, Is.EqualTo(target));
        }
    }

    protected override void Prepare(IServiceCollection services)
    {
        base.Prepare(services);
        authority.AddTo(services);
    }

    private async Task<string> NewBusyAddressAsync()
    {
        var address = NewAddress();
        for (var i = 0; i < Burst; i++)
        {
            Assert.That((await AskAsync(address)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        }

        CheckRefusal(await AskAsync(address), "more requests");
        return address;
    }

    private Task<Answer> AskAsync(string address, params (string Name, string? Value)[] headers) =>
        client.SendAsync(HttpMethod.Get, "/guidelines", null, [.. headers, (Forwarded, address)]);
}
