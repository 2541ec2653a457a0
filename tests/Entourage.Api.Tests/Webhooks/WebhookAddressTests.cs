using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Webhooks;

/// <summary>By default, webhooks may only use public addresses.</summary>
internal sealed class WebhookAddressTests(Store store) : ApiFixture(store)
{
    private static readonly string[] PrivateAddresses =
    [
        "http://127.0.0.1/", "http://127.1.2.3:8000/x", "https://10.0.0.7/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/", "http://0.0.0.0/", "http://224.0.0.1/", "http://255.255.255.255/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://[::1]/", "http://[::]/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd12:3456::1]/", "http://[ff02::1]/",
        "http://[::ffff:127.0.0.1]/", "http://[::ffff:a00:7]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
        "http://localhost/", "http://LOCALHOST:80/", "http://localhost./", "http://api.localhost/",
    ];

    [TestCaseSource(nameof(PrivateAddresses))]
    public async Task Private_address_is_refused_at_once(string url) => Refuses(await CreateAsync((await Api.CreateTeamAsync()).Id, url));

    [TestCase("ftp://example.com/")]
    [TestCase("/hook")]
    [TestCase("example.com/hook")]
    [TestCase("https://user:secret@example.com/")]
    [TestCase("https://")]
    [TestCase("javascript:alert(1)")]
    [TestCase("")]
    public async Task Malformed_address_is_refused(string url) => Refuses(await CreateAsync((await Api.CreateTeamAsync()).Id, url));

    [Test]
    public async Task Name_that_resolves_to_a_private_address_is_not_connected_to()
    {
        // Like a public name that later resolves to a private address.
        await using var receiver = await WebhookReceiver.StartAsync();
        var team = await Api.CreateTeamAsync();
        var id = (await CreateAsync(team.Id, "https://hooks.example.com/x")).Created.Text("id")!;
        await Host.ExecuteAsync($"UPDATE Webhooks SET Url = {receiver.Url} WHERE Url = 'https://hooks.example.com/x'");
        _ = (await Api.PostAsync($"/webhooks/{id}/test", null)).Expect(HttpStatusCode.Accepted);
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        string? error = null;
        while (error is null)
        {
            await timer.WaitForNextTickAsync(patience.Token);
            error = (await Api.GetAsync($"/webhooks/{id}/deliveries")).Ok[0]!.Text("last_error");
        }

        Assert.That(error, Is.EqualTo("The address is not public."));
        Assert.That(receiver.All, Is.Empty);
    }

    private static void Refuses(Answer answer)
    {
        Assert.That((answer.Status, answer.Json.Text("type")), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "/problems/validation")));
        Assert.That(answer.Json["errors"]!.AsObject().Select(member => member.Key), Is.EqualTo(new[] { "url" }));
    }

    private Task<Answer> CreateAsync(string team, string url) => Api.PostAsync($"/teams/{team}/webhooks", new { url, events = new[] { "stop" } });
}
