using Entourage.Testing;
using Microsoft.Data.Sqlite;

namespace Entourage.Api.Tests.Ledger;

/// <summary>
/// Faults of the database file: callers get an error, acknowledged usage stays, and the server recovers without a
/// restart (rules 1 and 2).
/// </summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FaultTests(Store store)
{
    private const int Callers = 8;

    private const string AdminKey = "the-admin-key-of-this-test-0123456789";

    // A writer waits this long, in seconds, for a file that cannot be written. The default is 15.
    private static readonly Dictionary<string, string> Impatient = new() { ["Database:CommandTimeoutSeconds"] = "4" };
    private static readonly Dictionary<string, string> WithKeys = new(Impatient) { ["Auth:Mode"] = "Keys", ["Auth:BootstrapKey"] = AdminKey };

    private TestDatabase database = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        Assume.That(store == Store.Sqlite, "only SQLite has a file that the server writes");
        database = await TestDatabase.CreateAsync(store);
    }

    [TearDown]
    public async Task RemoveAsync() => await (database?.DisposeAsync() ?? default);

    [Test]
    public async Task Full_disk_is_answered_503_until_there_is_space_again()
    {
        Assume.That(Confinement.CanBeLifted, "prlimit, which lifts the limit, is not installed");
        long session;
        CentUsages cents;
        await using (var process = await ApiProcess.StartAsync(database, new Confinement(LargestFileKib: 1_024), Impatient))
        {
            session = await (await process.Api.CreateTeamAsync()).StartAsync();
            cents = new(session);
            var refusals = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => cents.ReportUntilRefusedAsync(process.Api, $"{caller}")));
            Assert.That(refusals, Has.All.Not.Null);
            Array.ForEach(refusals, StoreFault.Check);

            // A small write may still fit.
            StoreFault.Check(await cents.ReportUntilRefusedAsync(process.Api, "last"));
            StoreFault.Check(await CreateUntilRefusedAsync(process.Api));
            await CheckReadingAsync(process.Api, cents);

            await process.LiftFileLimitAsync();
            await cents.RepeatRefusedAsync(process.Api);
            await SpendAsync(process.Api, cents, "after");
            _ = await process.Api.CreateTeamAsync();
            await CheckReadingAsync(process.Api, cents);
        }

        await CheckFinalStateAsync(cents);
    }

    [TestCase(true, 16)]
    [TestCase(false, 64)]
    public async Task Server_started_on_a_full_disk_serves_reads_and_accepts_writes_after_space_is_freed(bool endedWell, int largestFileKib)
    {
        Assume.That(Confinement.CanBeLifted, "prlimit, which lifts the limit, is not installed");
        TestTeam team;
        CentUsages cents;
        await using (var first = await ApiProcess.StartAsync(database, settings: WithKeys))
        {
            first.Api.Http.DefaultRequestHeaders.Add("X-API-Key", AdminKey);
            team = await first.Api.CreateTeamAsync();
            cents = new(await team.StartAsync());
            await SpendAsync(first.Api, cents, "before");
            await (endedWell ? first.TerminateAsync() : first.KillAsync());
        }

        // If the last process removed the index of the log, it cannot be recreated on a full disk. A killed process leaves it, and SQLite rebuilds
        // it in place.
        await using var process = await ApiProcess.StartAsync(database, new Confinement(LargestFileKib: largestFileKib), WithKeys, home: "/dev/null");
        process.Api.Http.DefaultRequestHeaders.Add("X-API-Key", AdminKey);
        team = team with { Api = process.Api };
        for (var time = 0; time < 2; time++)
        {
            await CheckReadingAsync(process.Api, cents);
            Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(cents.Acknowledged.Count * 0.01m));
            Assert.That((await team.CostsAsync("?period=all")).Usd("total_cost_usd"), Is.EqualTo(cents.Acknowledged.Count * 0.01m));
            using var page = await process.Api.Http.GetAsync(new Uri("/sign-in", UriKind.Relative));
            Assert.That(page.IsSuccessStatusCode, $"{page.StatusCode}");
            StoreFault.Check(await cents.ReportAsync(process.Api, $"refused-{time}"));
            StoreFault.Check(await process.Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = 1m }));
            StoreFault.Check(await process.Api.PostAsync("/sessions/start", new { agent_id = team.Agent }));
        }

        await process.LiftFileLimitAsync();
        await cents.RepeatRefusedAsync(process.Api);
        await SpendAsync(process.Api, cents, "after");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1_000m });
        await CheckReadingAsync(process.Api, cents);
        await process.TerminateAsync();
        await CheckFinalStateAsync(cents);
    }

    [Test]
    public async Task File_locked_by_another_process_is_answered_503_until_it_is_released()
    {
        await using var process = await ApiProcess.StartAsync(database, settings: Impatient);
        var team = await process.Api.CreateTeamAsync();
        var cents = new CentUsages(await team.StartAsync());
        await SpendAsync(process.Api, cents, "before");
        Task<Answer>[] late;
        await using (var holder = new SqliteConnection(database.ConnectionString))
        {
            await holder.OpenAsync();
            await using var transaction = holder.BeginTransaction(deferred: false);

            // The file stays locked until all of these are answered, so none of them can have been written.
            var usages = Enumerable.Range(0, Callers).Select(i => cents.ReportAsync(process.Api, $"held-{i}"));
            var others = Enumerable.Range(0, Callers).Select(i => i % 2 == 0
                ? process.Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = 1m })
                : process.Api.PostAsync("/orgs", new { name = "Acme", slug = $"held-{i}" }));
            var answers = Task.WhenAll([.. usages, .. others]);
            await CheckReadingAsync(process.Api, cents);
            foreach (var answer in await answers.WaitAsync(Patience.Limit))
            {
                StoreFault.Check(answer);
            }

            Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.Null);
            await CheckReadingAsync(process.Api, cents);
            late = [.. Enumerable.Range(0, Callers).Select(i => cents.ReportAsync(process.Api, $"late-{i}"))];
        }

        foreach (var answer in await Task.WhenAll(late))
        {
            _ = answer.Ok;
        }

        await cents.CheckAsync(process.Api);
        await cents.RepeatRefusedAsync(process.Api);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await CheckFinalStateAsync(cents);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Read_only_file_serves_reads_until_it_becomes_writable(bool endedWell)
    {
        TestTeam team;
        CentUsages cents;
        await using (var first = await ApiProcess.StartAsync(database, settings: Impatient))
        {
            team = await first.Api.CreateTeamAsync();
            cents = new(await team.StartAsync());
            await SpendAsync(first.Api, cents, "before");
            await (endedWell ? first.TerminateAsync() : first.KillAsync());
        }

        Mode(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assume.That(await Confinement.KeepsFromWritingAsync(database.FilePath), "file modes do not apply to this user, and setpriv is not installed");
        await using var process = await ApiProcess.StartAsync(database, new Confinement(ObeysFileModes: true), Impatient);
        team = team with { Api = process.Api };
        for (var time = 0; time < 2; time++)
        {
            await CheckReadingAsync(process.Api, cents);
            Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(cents.Acknowledged.Count * 0.01m));
            StoreFault.Check(await cents.ReportAsync(process.Api, $"refused-{time}"));
            StoreFault.Check(await process.Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = 1m }));
            StoreFault.Check(await process.Api.PostAsync("/sessions/start", new { agent_id = team.Agent }));
        }

        Mode(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await cents.RepeatRefusedAsync(process.Api);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await SpendAsync(process.Api, cents, "after");
        await CheckReadingAsync(process.Api, cents);
        await process.TerminateAsync();
        await CheckFinalStateAsync(cents);

        void Mode(UnixFileMode mode)
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(database.FilePath, mode);
            }
        }
    }

    [TestCase("noise")]
    [TestCase("half a frame")]
    [TestCase("a frame of another page")]
    public async Task Torn_write_ahead_log_loses_nothing_acknowledged(string tail)
    {
        Workload workload;
        TestTeam team;
        await using (var process = await ApiProcess.StartAsync(database, settings: Impatient))
        {
            team = await process.Api.CreateTeamAsync();
            workload = new(team, tail.Length);
            await workload.RunUntilKilledAsync(process, calls: 300);
        }

        WriteAheadLog.Damage(database.FilePath + "-wal", tail);
        await using var next = ApiHost.StartOn(database, Impatient);
        team = team with { Api = next.Api };
        await workload.CheckAsync(next.Api);
        var cents = new CentUsages(await team.StartAsync());
        await SpendAsync(next.Api, cents, "after");
        Assert.That(
            (await team.CostsAsync("?period=all")).Usd("total_cost_usd"), Is.EqualTo(workload.CostUsd + (cents.Acknowledged.Count * 0.01m)));
        await CheckFinalStateAsync(cents);
    }

    /// <summary>Records concurrent usages, which fill many transactions of the log.</summary>
    private static async Task SpendAsync(ApiClient api, CentUsages cents, string name)
    {
        for (var i = 0; i < 100; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller => (await cents.ReportAsync(api, $"{name}-{i}-{caller}")).Ok));
        }
    }

    private static async Task<Answer> CreateUntilRefusedAsync(ApiClient api)
    {
        for (var i = 0; ; i++)
        {
            var answer = await api.PostAsync("/orgs", new { name = new string('x', 100), slug = $"full-{i}" });
            if (answer.Status != System.Net.HttpStatusCode.Created)
            {
                return answer;
            }
        }
    }

    private static async Task CheckReadingAsync(ApiClient api, CentUsages cents)
    {
        await cents.CheckAsync(api);
        using var ready = await api.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.That(ready.IsSuccessStatusCode, "reads continue");
    }

    /// <summary>Checks that another process reads the same data and that all totals agree.</summary>
    private async Task CheckFinalStateAsync(CentUsages cents)
    {
        await using var next = ApiHost.StartOn(database, Impatient);
        await cents.CheckAsync(next.Api);
        await cents.RepeatAcknowledgedAsync(next.Api);
        await cents.CheckAsync(next.Api);
        Assert.That((await next.VerifyAsync()).Differences, Is.Empty);
    }
}
