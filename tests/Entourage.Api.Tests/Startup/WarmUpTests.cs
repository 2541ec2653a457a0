using Entourage.Testing;

namespace Entourage.Api.Tests.Startup;

/// <summary>A server compiles the recording path before it serves, and leaves no trace of that.</summary>
[NonParallelizable] // The metrics of all servers of a process are collected together.
internal sealed class WarmUpTests
{
    [Test]
    public async Task Started_server_is_warm_with_an_empty_store_and_metrics()
    {
        await using var database = await TestDatabase.CreateAsync(Store.Sqlite);
        await using var process = await ApiProcess.StartAsync(database, settings: new Dictionary<string, string> { ["Logging:LogLevel:Entourage.Api"] = "Debug" });

        var organisations = (await process.Api.GetAsync("/orgs")).Ok.AsArray();
        var metrics = await Scrape.OfAsync(process.Api.Http);
        var log = await process.EndAsync();

        Assert.That(organisations, Is.Empty);
        Assert.That(metrics.Find("entourage_ledger_entries_total"), Is.Null.Or.Zero);
        Assert.That(log, Does.Contain("serves").And.Not.Contain("warm-up failed"));
    }
}
