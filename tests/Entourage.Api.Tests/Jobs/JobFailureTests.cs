using Entourage.Testing;

namespace Entourage.Api.Tests.Jobs;

/// <summary>A failed run of a job is counted and does not prevent the next one.</summary>
[NonParallelizable] // The metrics of all servers of a process are collected together.
internal sealed class JobFailureTests
{
    [Test]
    public async Task Failure_to_store_key_use_is_counted()
    {
        // Only SQLite lets a test break a single table under a running server.
        await using var host = await ApiHost.StartAsync(Store.Sqlite, settings: ApiHost.WithKeys);
        Assert.That(await FailuresAsync(host), Is.Zero);
        await host.ExecuteAsync($"ALTER TABLE ApiKeys RENAME TO Away");
        await WaitForFailureAsync(host);

        await host.ExecuteAsync($"ALTER TABLE Away RENAME TO ApiKeys");
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        _ = (await host.Api.GetAsync("/guidelines")).Ok;
        await host.WriteKeyUsesAsync();
        Assert.That((await host.Api.GetAsync("/keys")).Ok[0]!.Text("last_used_at"), Is.Not.Null);
    }

    private static async Task WaitForFailureAsync(ApiHost host)
    {
        // Every request with a key gives the job something to write.
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await FailuresAsync(host) == 0)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private static async Task<double?> FailuresAsync(ApiHost host) =>
        (await Scrape.OfAsync(host.Api.Http)).Find("entourage_job_failures_total", "job=\"write_key_uses\"");
}
