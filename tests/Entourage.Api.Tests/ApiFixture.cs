using Entourage.Testing;

namespace Entourage.Api.Tests;

/// <summary>The base of tests that share one running API on one store.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal abstract class ApiFixture(Store store)
{
    protected ApiHost Host { get; private set; } = null!;

    protected ApiClient Api => Host.Api;

    [OneTimeSetUp]
    public async Task StartAsync() => Host = await ApiHost.StartAsync(store);

    [OneTimeTearDown]
    public async Task StopAsync() => await (Host?.DisposeAsync() ?? default);
}
