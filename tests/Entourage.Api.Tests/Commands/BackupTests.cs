using Entourage.Api.Tests.Ledger;
using Entourage.Testing;

namespace Entourage.Api.Tests.Commands;

/// <summary>A backup under full load contains everything acknowledged before it began, and can be restored.</summary>
internal sealed class BackupTests(Store store) : DatabaseFixture(store)
{
    private const int Callers = 16;
    private const int EnoughToStart = 200;

    private string Copy => Database.FilePath + ".backup";

    [SetUp]
    public void RequireSqlite() => Assume.That(Store == Store.Sqlite, "SQL Server makes its own backups");

    [Test]
    public async Task Backup_under_full_load_has_everything_acknowledged_before_it_began()
    {
        CentUsages cents;
        IReadOnlyList<string> before;
        await using (var process = await ApiProcess.StartAsync(Database))
        {
            cents = new(await (await process.Api.CreateTeamAsync()).StartAsync());
            var callers = Enumerable.Range(0, Callers).Select(caller => cents.ReportUntilRefusedAsync(process.Api, $"{caller}")).ToArray();
            await GrowBeyondAsync(cents, EnoughToStart);

            before = cents.Acknowledged;
            await RunAsync(0, "Backed up ", "backup", Copy);
            await GrowBeyondAsync(cents, cents.Acknowledged.Count);
            await RunAsync(1, "", "restore", Copy);
            await process.TerminateAsync();
            await Task.WhenAll(callers);
        }

        await RunAsync(0, $" from {Copy}.", "restore", Copy);
        await RunAsync(0, " 0 differences", "verify");
        await using var next = ApiHost.StartOn(Database);
        await Parallel.ForEachAsync(before, async (key, _) =>
            Assert.That((await cents.ReportAsync(next.Api, key)).Header("Idempotent-Replayed"), Is.EqualTo("true"), "it is there"));
    }

    [Test]
    public async Task Command_about_a_file_requires_its_name() => await RunAsync(1, "", "backup", "--force");

    private static async Task GrowBeyondAsync(CentUsages cents, int count)
    {
        await Patience.UntilAsync(() => cents.Acknowledged.Count > count);
    }

    private async Task RunAsync(int exitCode, string says, params string[] arguments)
    {
        var ended = await ApiProcess.RunAsync(Database, arguments);
        Assert.That((ended.ExitCode, ended.Output), Is.EqualTo((exitCode, ended.Output)));
        Assert.That(ended.Output, Does.Contain(says));
    }
}
