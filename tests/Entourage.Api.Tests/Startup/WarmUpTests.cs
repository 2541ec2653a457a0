using System.Net;
using Entourage.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Entourage.Api.Tests.Startup;

/// <summary>A server compiles the code of its hot paths before it is ready, and leaves no trace of that.</summary>
[NonParallelizable] // The metrics of all servers of a process are collected together.
internal sealed class WarmUpTests
{
    private const string Seconds = "WarmUp:Seconds";
    private static readonly Uri Ready = new("/health/ready", UriKind.Relative);

    [Test]
    public async Task Warm_server_has_an_empty_store_and_metrics()
    {
        await using var database = await TestDatabase.CreateAsync(Store.Sqlite);
        await using var process = await ApiProcess.StartAsync(
            database, settings: new Dictionary<string, string> { [Seconds] = "10", ["Logging:LogLevel:Entourage.Api"] = "Debug" });
        await Patience.UntilAsync(async () => (await process.Api.Http.GetAsync(Ready)).StatusCode == HttpStatusCode.OK);

        var organisations = (await process.Api.GetAsync("/orgs")).Ok.AsArray();
        var metrics = await Scrape.OfAsync(process.Api.Http);
        var session = await (await process.Api.CreateTeamAsync()).StartAsync();
        var log = await process.EndAsync();

        Assert.That(organisations, Is.Empty);
        Assert.That(metrics.Find("entourage_ledger_entries_total"), Is.Null.Or.Zero);
        Assert.That(metrics.Find("http_server_request_duration_seconds_count"), Is.Null.Or.EqualTo(1));
        Assert.That(session, Is.EqualTo(1));
        Assert.That(log, Does.Contain("serves").And.Not.Contain("warm-up failed"));
    }

    [Test]
    public async Task Server_serves_but_is_not_ready_until_it_is_warm()
    {
        Prober? prober = null;
        var settings = new Dictionary<string, string> { [Seconds] = "300" };
        await using var host = await ApiHost.StartAsync(Store.Sqlite, settings: settings, replace: services =>
            services.AddHostedService(provider => prober = new(provider.GetRequiredService<IServer>())));

        Assert.That(prober!.Live, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(prober.Ready.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(prober.Ready.Body, Does.Contain("""
            "warm_up":{"status":"unhealthy","detail":"The server is warming up."}
            """.Trim()));
    }

    /// <summary>Asks for the health of a server that listens, before its warm-up begins.</summary>
    private sealed class Prober(IServer server) : IHostedLifecycleService
    {
        public HttpStatusCode Live { get; private set; }

        public (HttpStatusCode Status, string Body) Ready { get; private set; }

        public async Task StartedAsync(CancellationToken cancellationToken)
        {
            using var http = new HttpClient { BaseAddress = new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First()), Timeout = Patience.Limit };
            using var live = await http.GetAsync(new Uri("/health/live", UriKind.Relative), cancellationToken);
            using var ready = await http.GetAsync(WarmUpTests.Ready, cancellationToken);
            (Live, Ready) = (live.StatusCode, (ready.StatusCode, await ready.Content.ReadAsStringAsync(cancellationToken)));
        }

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
