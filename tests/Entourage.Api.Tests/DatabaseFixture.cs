using Entourage.Testing;

namespace Entourage.Api.Tests;

/// <summary>The base of tests that start their own processes on one database.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal abstract class DatabaseFixture(Store store)
{
    protected Store Store => store;

    protected TestDatabase Database { get; private set; } = null!;

    [SetUp]
    public async Task CreateAsync() => Database = await TestDatabase.CreateAsync(store);

    [TearDown]
    public async Task RemoveAsync() => await (Database?.DisposeAsync() ?? default);
}
