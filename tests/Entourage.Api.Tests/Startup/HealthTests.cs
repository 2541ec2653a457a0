using System.Net;
using System.Text.Json.Nodes;
using Entourage.Application.Abstractions;
using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Entourage.Api.Tests.Startup;

/// <summary>Whether a server is ready for traffic, and what its health response reveals.</summary>
internal sealed class HealthTests
{
    private readonly ManualResetEventSlim store = new(initialState: true);
    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync() => host = await ApiHost.StartAsync(Store.Sqlite, replace: services => services.Replace(ServiceDescriptor.Scoped<IEntourageDb>(provider =>
    {
        store.Wait();
        return provider.GetRequiredService<EntourageDb>();
    })));

    [TearDown]
    public async Task StopAsync()
    {
        store.Set();
        await (host?.DisposeAsync() ?? default);
    }

    [OneTimeTearDown]
    public void Dispose() => store.Dispose();

    [Test]
    public async Task Healthy_server_reports_each_check()
    {
        var (status, body) = await AskAsync("/health/ready");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(body.ToJsonString(), Is.EqualTo(
            """{"status":"healthy","checks":{"store":{"status":"healthy","detail":null},"stopping":{"status":"healthy","detail":null},"warm_up":{"status":"healthy","detail":null}}}"""));
        Assert.That((await AskAsync("/health/live")).Body.ToJsonString(), Is.EqualTo("""{"status":"healthy","checks":{}}"""));
    }

    [Test]
    public async Task Check_of_an_unresponsive_store_times_out()
    {
        store.Reset();
        var answers = await Task.WhenAll(AskAsync("/health/ready"), AskAsync("/health/ready"));
        foreach (var (status, body) in answers)
        {
            Assert.That((status, body.Text("status")), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "unhealthy")));
            Assert.That(body["checks"]!["store"]!.Text("detail"), Is.EqualTo("The store did not answer within 3 seconds."));
        }

        Assert.That((await AskAsync("/health/live")).Status, Is.EqualTo(HttpStatusCode.OK));
        store.Set();
        await Patience.UntilAsync(async () => (await AskAsync("/health/ready")).Status == HttpStatusCode.OK);
    }

    [Test]
    public async Task Server_is_not_ready_until_the_store_is_migrated()
    {
        await host.ExecuteAsync($"UPDATE __EFMigrationsHistory SET MigrationId = 'x' || MigrationId");
        var (status, body) = await AskAsync("/health/ready");
        Assert.That((status, body["checks"]!["store"]!.Text("detail")), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "The store is not migrated to this version.")));

        await host.ExecuteAsync($"UPDATE __EFMigrationsHistory SET MigrationId = substr(MigrationId, 2)");
        Assert.That((await AskAsync("/health/ready")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Health_response_reveals_no_internals()
    {
        await host.ExecuteAsync($"ALTER TABLE Organisations RENAME TO Gone");
        var (status, body) = await AskAsync("/health/ready");
        Assert.That((status, body["checks"]!["store"]!.Text("detail")), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "The store does not answer.")));
        Assert.That(body.ToJsonString(), Does.Not.Match("(?i)exception|sqlite|table|organisations"));
    }

    [Test]
    public void Stopping_server_is_not_ready()
    {
        (HttpStatusCode Status, JsonNode Body)? answer = null;
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStopping.Register(() => answer = Task.Run(() => AskAsync("/health/ready")).GetAwaiter().GetResult());
        lifetime.StopApplication();
        Assert.That(answer?.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(answer?.Body["checks"]!["stopping"]!.Text("detail"), Is.EqualTo("The server is stopping."));
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> AskAsync(string path)
    {
        using var answer = await host.Api.Http.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }
}
