using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Webhooks;

/// <summary>The base of webhook tests. Each test has a team and a receiver; all share one store.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal abstract class WebhookFixture(Store store)
{
    /// <summary>Webhooks may use loopback addresses and are processed without delay.</summary>
    public static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>
    {
        ["Webhooks:AllowPrivateAddresses"] = "true",
        ["Webhooks:PollMilliseconds"] = "50",
        ["Webhooks:TimeoutSeconds"] = "2",
    };

    protected ApiHost Host { get; private set; } = null!;

    protected ApiClient Api => Host.Api;

    protected WebhookReceiver Receiver { get; private set; } = null!;

    protected TestTeam Team { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => Host = await ApiHost.StartAsync(store, settings: Settings);

    [OneTimeTearDown]
    public async Task StopAsync() => await (Host?.DisposeAsync() ?? default);

    [SetUp]
    public async Task PrepareAsync()
    {
        Receiver = await WebhookReceiver.StartAsync();
        Team = await Api.CreateTeamAsync();
    }

    [TearDown]
    public async Task RemoveAsync()
    {
        foreach (var webhook in (await Api.GetAsync($"/teams/{Team.Id}/webhooks")).Ok.AsArray())
        {
            await Api.SendAsync(HttpMethod.Delete, $"/webhooks/{webhook!.Text("id")}", null);
        }

        await Receiver.DisposeAsync();
    }

    protected Task<JsonNode> CreateAsync(params string[] events) => CreateAsync(events, "json");

    protected async Task<JsonNode> CreateAsync(string[] events, string format, string? url = null) =>
        (await Api.PostAsync($"/teams/{Team.Id}/webhooks", new { url = url ?? Receiver.Url, events, format })).Created;

    /// <summary>Waits until the delivery log of a webhook meets a condition.</summary>
    protected async Task<IReadOnlyList<JsonNode>> WaitForAsync(string webhook, Func<IReadOnlyList<JsonNode>, bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            JsonNode[] deliveries = [.. (await Api.GetAsync($"/webhooks/{webhook}/deliveries")).Ok.AsArray().Select(delivery => delivery!)];
            if (deliveries.Length > 0 && condition(deliveries))
            {
                return deliveries;
            }

            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Checks that a later message to another webhook of the team arrives, and none to the receiver before it.</summary>
    protected async Task AssertNothingMoreAsync()
    {
        var before = Receiver.All.Count;
        await using var marker = await WebhookReceiver.StartAsync();
        await CreateAsync(["settings"], "json", marker.Url);
        await Team.ConfigureAsync(new { weekly_cost_limit_usd = 777m });
        await marker.ReadAsync();
        Assert.That(Receiver.All, Has.Count.EqualTo(before));
    }
}
