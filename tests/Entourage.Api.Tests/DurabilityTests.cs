using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests;

/// <summary>What was acknowledged is there, whatever becomes of the process (rule 1).</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class DurabilityTests(Store store)
{
    private const int Callers = 16;
    private TestDatabase database = null!;

    [SetUp]
    public async Task CreateAsync() => database = await TestDatabase.CreateAsync(store);

    [TearDown]
    public async Task RemoveAsync() => await (database?.DisposeAsync() ?? default);

    [Test]
    public async Task A_killed_process_loses_nothing_it_acknowledged_and_counts_nothing_twice()
    {
        var acknowledged = new ConcurrentDictionary<string, bool>();
        long session;
        TestTeam team;
        await using (var first = await ApiProcess.StartAsync(database))
        {
            team = await first.Api.CreateTeamAsync();
            session = await team.StartAsync();
        }

        for (var round = 0; round < 3; round++)
        {
            await using var process = await ApiProcess.StartAsync(database);
            var callers = Enumerable.Range(0, Callers).Select(caller => SpendUntilRefusedAsync(process.Api, session, $"{round}-{caller}", acknowledged)).ToArray();
            await WaitUntilAsync(() => acknowledged.Count >= (round + 1) * 300);
            await process.KillAsync();
            await Task.WhenAll(callers);
        }

        await using var last = await ApiProcess.StartAsync(database);
        var recorded = (await last.Api.GetAsync($"/sessions/{session}")).Ok;
        var count = (int)(recorded.Usd("cost_usd")! / 0.01m);
        Assert.That(count, Is.InRange(acknowledged.Count, acknowledged.Count + (3 * Callers)), "the callers that were cut off may have been recorded");

        // Every call again under its key, those that were cut off too: each counts exactly once.
        var keys = acknowledged.Keys.Concat(Enumerable.Range(0, 3).SelectMany(round => Enumerable.Range(0, Callers).Select(caller => NextKey(round, caller)))).ToArray();
        foreach (var key in keys)
        {
            Assert.That((await UseAsync(last.Api, session, key)).Status, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That((await last.Api.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd"), Is.EqualTo(keys.Length * 0.01m));
        Assert.That((await (team with { Api = last.Api }).BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(keys.Length * 0.01m));
        var (exitCode, output) = await ApiProcess.RunAsync(database, "verify");
        Assert.That(exitCode, Is.Zero, output);

        string NextKey(int round, int caller) =>
            $"{round}-{caller}-{acknowledged.Keys.Count(key => key.StartsWith($"{round}-{caller}-", StringComparison.Ordinal))}";
    }

    [Test]
    public async Task A_process_that_is_asked_to_end_writes_what_it_took_and_ends_well_within_ten_seconds()
    {
        await using var process = await ApiProcess.StartAsync(database);
        var team = await process.Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var acknowledged = new ConcurrentDictionary<string, bool>();
        var callers = Enumerable.Range(0, Callers).Select(caller => SpendUntilRefusedAsync(process.Api, session, $"{caller}", acknowledged)).ToArray();
        await WaitUntilAsync(() => acknowledged.Count >= 200);

        var watch = Stopwatch.StartNew();
        var exitCode = await process.TerminateAsync();
        var took = watch.Elapsed;
        await Task.WhenAll(callers);

        await using var next = await ApiProcess.StartAsync(database);
        var recorded = (await next.Api.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd")!.Value / 0.01m;
        Assert.That(exitCode, Is.Zero);
        Assert.That(took, Is.LessThan(TimeSpan.FromSeconds(10)));
        Assert.That(recorded, Is.InRange(acknowledged.Count, acknowledged.Count + Callers));
    }

    [Test]
    public async Task A_caller_that_never_finishes_its_body_does_not_keep_the_process_from_ending_well()
    {
        await using var process = await ApiProcess.StartAsync(database);
        var address = process.Api.Http.BaseAddress!;
        using var slow = new System.Net.Sockets.TcpClient(address.Host, address.Port);
        await slow.GetStream().WriteAsync("POST /api/v1/orgs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"u8.ToArray());
        Assert.That((await process.Api.GetAsync("/guidelines")).Status, Is.EqualTo(HttpStatusCode.OK));

        var watch = Stopwatch.StartNew();
        Assert.That(await process.TerminateAsync(), Is.Zero);
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task A_full_disk_is_answered_503_and_loses_nothing()
    {
        Assume.That(store == Store.Sqlite && OperatingSystem.IsLinux(), "the limit stands for a disk that this process writes to itself");
        var acknowledged = 0;
        long session;
        await using (var process = await ApiProcess.StartAsync(database, largestFileKib: 1_024))
        {
            session = await (await process.Api.CreateTeamAsync()).StartAsync();
            var answer = await UseAsync(process.Api, session, "0");
            for (; answer.Status == HttpStatusCode.OK; answer = await UseAsync(process.Api, session, $"{acknowledged}"))
            {
                acknowledged++;
            }

            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(answer.Header("Retry-After"), Is.Not.Null);
            Assert.That(answer.Json.Text("type"), Is.EqualTo("/problems/store-unavailable"));
            Assert.That((await process.Api.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd"), Is.EqualTo(acknowledged * 0.01m), "reading goes on");
        }

        await using var next = await ApiProcess.StartAsync(database);
        Assert.That((await next.Api.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd"), Is.EqualTo(acknowledged * 0.01m));
        Assert.That((await UseAsync(next.Api, session, "after")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_store_that_is_held_by_another_process_is_answered_503_and_recovers_by_itself()
    {
        Assume.That(store == Store.Sqlite, "a server is never held as a whole");
        await using var host = await ApiHost.StartAsync(store, settings: new Dictionary<string, string> { ["Database:CommandTimeoutSeconds"] = "1" });
        var team = await host.Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await using (var holder = new Microsoft.Data.Sqlite.SqliteConnection(host.Database.ConnectionString))
        {
            await holder.OpenAsync();
            await using var held = holder.BeginTransaction(deferred: false);

            var usage = await UseAsync(host.Api, session, "1");
            var setting = await host.Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = 1m });

            Assert.That((usage.Status, usage.Header("Retry-After")), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "1")));
            Assert.That((setting.Status, setting.Header("Retry-After")), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "1")));
            Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.Zero, "reading goes on");
        }

        Assert.That((await UseAsync(host.Api, session, "1")).Ok.Usd("cost_usd"), Is.EqualTo(0.01m));
    }

    [TestCase("--Database:CommandTimeoutSeconds", "0")]
    [TestCase("--Database:Provider", "Oracle")]
    [TestCase("--urls", "http://192.0.2.1:80")]
    public async Task A_configuration_that_cannot_work_ends_the_process_with_one(string key, string value) =>
        Assert.That((await ApiProcess.RunAsync(database, key, value)).ExitCode, Is.EqualTo(1));

    [Test]
    public async Task A_store_that_is_not_there_is_not_verified_and_not_made()
    {
        Assert.That((await ApiProcess.RunAsync(database, "verify")).ExitCode, Is.EqualTo(1));
        Assert.That((await ApiProcess.RunAsync(database, "verfy")).ExitCode, Is.EqualTo(1));
        Assert.That((await ApiProcess.RunAsync(database, "verify")).ExitCode, Is.EqualTo(1), "it was not made by the first time");
    }

    private static Task<Answer> UseAsync(ApiClient api, long session, string key) =>
        api.PostAsync($"/sessions/{session}/usage", """{"input_tokens": 1, "output_tokens": 1, "cost_usd": 0.01}""", key);

    private static async Task SpendUntilRefusedAsync(ApiClient api, long session, string name, ConcurrentDictionary<string, bool> acknowledged)
    {
        try
        {
            for (var i = 0; (await UseAsync(api, session, $"{name}-{i}")).Status == HttpStatusCode.OK; i++)
            {
                acknowledged[$"{name}-{i}"] = true;
            }
        }
        catch (HttpRequestException)
        {
            // The process is gone, as it should be.
        }
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
