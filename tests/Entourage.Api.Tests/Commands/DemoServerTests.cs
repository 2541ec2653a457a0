using Entourage.Testing;

namespace Entourage.Api.Tests.Commands;

/// <summary>The server with <c>--demo</c>, and when <c>seed-demo</c> refuses.</summary>
internal sealed class DemoServerTests
{
    private TestDatabase database = null!;

    [SetUp]
    public async Task CreateAsync() => database = await TestDatabase.CreateAsync(Store.Sqlite);

    [TearDown]
    public async Task RemoveAsync() => await (database?.DisposeAsync() ?? default);

    [Test]
    public async Task Demo_has_requests_keys_and_traffic_and_leaves_nothing_behind()
    {
        await using var server = await ApiProcess.StartAsync(database, options: "--demo");
        var organisation = (await server.Api.GetAsync("/orgs")).Ok.AsArray().Single()!.Text("id");
        var teams = (await server.Api.GetAsync($"/orgs/{organisation}/teams")).Ok.AsArray().Select(team => team!.Text("id")).ToArray();
        var requests = 0;
        foreach (var team in teams)
        {
            requests += (await server.Api.GetAsync($"/teams/{team}/human-requests?status=pending")).Ok.AsArray().Count;
        }

        Assert.That((teams.Length, requests), Is.EqualTo((2, 3)));
        Assert.That((await server.Api.GetAsync("/keys")).Ok.AsArray(), Has.Count.EqualTo(9), "two leads and seven agents");
        var before = await CountSessionsAsync();
        await Patience.UntilAsync(async () => await CountSessionsAsync() > before);

        var output = await server.EndAsync();
        var store = output.Split('\n').Single(line => line.Contains(" Store ", StringComparison.Ordinal)).Trim().Split(' ')[^1];
        Assert.That(store, Does.Contain("entourage-demo-"));
        Assert.That(Directory.Exists(Path.GetDirectoryName(store)), Is.False);

        async Task<long?> CountSessionsAsync() => (await server.Api.GetAsync($"/orgs/{organisation}/costs")).Ok.Number("session_count");
    }

    [Test]
    public async Task Store_that_a_server_uses_is_not_filled()
    {
        await using var server = await ApiProcess.StartAsync(database);
        var (exitCode, output) = await ApiProcess.RunAsync(database, "seed-demo");
        Assert.That((exitCode, output), Is.EqualTo((1, output)));
        Assert.That(output, Does.Contain("Stop it first"));
        Assert.That((await server.Api.GetAsync("/orgs")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Store_with_other_data_is_not_filled()
    {
        await using (var server = await ApiProcess.StartAsync(database))
        {
            await server.Api.CreateTeamAsync();
        }

        var (exitCode, output) = await ApiProcess.RunAsync(database, "seed-demo");
        Assert.That((exitCode, output), Is.EqualTo((1, output)));
        Assert.That(output, Does.Contain("already has data"));
    }

    [Test]
    public async Task Demo_cannot_follow_a_command() => Assert.That((await ApiProcess.RunAsync(database, "verify", "--demo")).ExitCode, Is.EqualTo(1));
}
