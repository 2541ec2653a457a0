using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>Acknowledged usage survives the end of the process (rule 1).</summary>
internal sealed class DurabilityTests(Store store) : DatabaseFixture(store)
{
    private const int Callers = 16;

    [Test]
    public async Task Stopped_process_writes_accepted_usage_and_exits_with_zero()
    {
        await using var process = await ApiProcess.StartAsync(Database);
        var team = await process.Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var cents = new CentUsages(session);
        var callers = Enumerable.Range(0, Callers).Select(caller => cents.ReportUntilRefusedAsync(process.Api, $"{caller}")).ToArray();
        await Patience.UntilAsync(() => cents.Acknowledged.Count >= 200);

        var exitCode = await process.TerminateAsync();
        var logIsLeft = Store == Store.Sqlite && File.Exists(Database.FilePath + "-wal");
        await Task.WhenAll(callers);

        await using var next = ApiHost.StartOn(Database);
        var recorded = (await next.Api.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd")!.Value / 0.01m;
        Assert.That(exitCode, Is.Zero);
        Assert.That(logIsLeft, Is.False, "everything is in the one file, which can be copied");
        Assert.That(recorded, Is.InRange(cents.Acknowledged.Count, cents.Acknowledged.Count + Callers));
    }

    [Test]
    public async Task Labels_survive_a_kill()
    {
        long session, child;
        string agent;
        await using (var process = await ApiProcess.StartAsync(Database))
        {
            var team = await process.Api.CreateTeamAsync();
            agent = team.Agent;
            session = await StartAsync(process.Api, agent, null, new { customer = "acme", user = "dana" });
            child = await StartAsync(process.Api, agent, session, new { user = "kim" });
            _ = (await process.Api.PostAsync($"/sessions/{child}/usage", new { input_tokens = 1, output_tokens = 1, labels = new { pr = "7" } })).Ok;
            await process.KillAsync();
        }

        await using var next = ApiHost.StartOn(Database);
        _ = (await next.Api.PostAsync($"/sessions/{child}/usage", new { input_tokens = 1, output_tokens = 1 })).Ok;
        var grandchild = await StartAsync(next.Api, agent, child, null);

        Assert.That(await LabelsAsync($"/sessions/{session}"), Is.EqualTo("""{"customer":"acme","user":"dana"}"""));
        Assert.That(await LabelsAsync($"/sessions/{grandchild}"), Is.EqualTo("""{"customer":"acme","user":"kim"}"""));
        Assert.That(
            (await next.Api.GetAsync($"/sessions/{child}/usage")).Ok.AsArray().Select(usage => usage!["labels"]!.ToJsonString()),
            Is.EqualTo(new[] { """{"customer":"acme","user":"kim"}""", """{"customer":"acme","pr":"7","user":"kim"}""" }));
        Assert.That((await next.VerifyAsync()).Differences, Is.Empty);

        async Task<string> LabelsAsync(string path) => (await next.Api.GetAsync(path)).Ok["labels"]!.ToJsonString();

        static async Task<long> StartAsync(ApiClient api, string agent, long? parent, object? labels) =>
            (await api.PostAsync("/sessions/start", new { agent_id = agent, parent_session_id = parent, labels })).Created.Number("id")!.Value;
    }

    [Test]
    public async Task Unfinished_body_does_not_keep_the_process_from_stopping()
    {
        await using var process = await ApiProcess.StartAsync(Database);
        var address = process.Api.Http.BaseAddress!;
        using var slow = new System.Net.Sockets.TcpClient(address.Host, address.Port);
        await slow.GetStream().WriteAsync("POST /api/v1/orgs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"u8.ToArray());
        Assert.That((await process.Api.GetAsync("/guidelines")).Status, Is.EqualTo(HttpStatusCode.OK));

        Assert.That(await process.TerminateAsync(), Is.Zero);
    }

    [Test]
    public async Task Store_locked_by_another_process_is_answered_503_until_it_is_released()
    {
        Assume.That(Store == Store.Sqlite, "only a SQLite file can be locked as a whole");
        await using var host = await ApiHost.StartAsync(Store, settings: new Dictionary<string, string> { ["Database:CommandTimeoutSeconds"] = "5" });
        var team = await host.Api.CreateTeamAsync();
        var cents = new CentUsages(await team.StartAsync());
        await using (var holder = new Microsoft.Data.Sqlite.SqliteConnection(host.Database.ConnectionString))
        {
            await holder.OpenAsync();
            await using var transaction = holder.BeginTransaction(deferred: false);

            var usage = await cents.ReportAsync(host.Api, "1");
            var setting = await host.Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = 1m });

            Assert.That((usage.Status, usage.Header("Retry-After")), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "1")));
            Assert.That((setting.Status, setting.Header("Retry-After")), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "1")));
            Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.Zero, "reads continue");
        }

        Assert.That((await cents.ReportAsync(host.Api, "1")).Ok.Usd("cost_usd"), Is.EqualTo(0.01m));
    }

    [Test]
    public async Task Empty_file_is_treated_as_a_missing_store()
    {
        Assume.That(Store == Store.Sqlite, "only SQLite has a file");
        await File.WriteAllBytesAsync(Database.FilePath, []);
        await using var process = await ApiProcess.StartAsync(Database);
        Assert.That((await (await process.Api.CreateTeamAsync()).BudgetAsync()).Usd("daily_spent_usd"), Is.Zero);
    }

    [TestCase("--Database:CommandTimeoutSeconds", "0")]
    [TestCase("--Database:Provider", "Oracle")]
    [TestCase("--urls", "http://192.0.2.1:80")]
    public async Task Invalid_configuration_exits_with_one(string key, string value) =>
        Assert.That((await ApiProcess.RunAsync(Database, key, value)).ExitCode, Is.EqualTo(1));

    [Test]
    public async Task Verify_refuses_a_missing_store_and_does_not_create_it()
    {
        Assert.That((await ApiProcess.RunAsync(Database, "verify")).ExitCode, Is.EqualTo(1));
        Assert.That((await ApiProcess.RunAsync(Database, "verfy")).ExitCode, Is.EqualTo(1));
        Assert.That((await ApiProcess.RunAsync(Database, "verify")).ExitCode, Is.EqualTo(1), "the first run did not create it");
    }
}
