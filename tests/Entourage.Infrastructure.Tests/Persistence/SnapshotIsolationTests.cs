using Entourage.Infrastructure.Persistence;
using Entourage.Testing.Tds;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>The server refuses a SQL Server database without row versions, unless it can turn them on.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class SnapshotIsolationTests
{
    private const string AllowSnapshot = "SET ALLOW_SNAPSHOT_ISOLATION ON";
    private const string ReadVersions = "SET READ_COMMITTED_SNAPSHOT ON WITH ";

    [Test]
    public async Task Database_that_keeps_versions_is_left_alone()
    {
        await using var server = Server(isOn: true, TdsReply.Success);

        await EnsureAsync(server, isNew: false);

        Assert.That(server.Requests.Where(request => request.Contains("ALTER")), Is.Empty);
    }

    [TestCase(true, "ROLLBACK IMMEDIATE")]
    [TestCase(false, "NO_WAIT")]
    public async Task Options_are_turned_on_and_only_a_new_database_closes_other_connections(bool isNew, string termination)
    {
        await using var server = Server(isOn: false, TdsReply.Success);

        await EnsureAsync(server, isNew);

        Assert.That(server.Requests.Count(request => request.Contains(AllowSnapshot)), Is.EqualTo(1));
        Assert.That(server.Requests.Count(request => request.Contains(ReadVersions + termination)), Is.EqualTo(1));
    }

    [TestCase(5011, TestName = "{m}(no permission)")]
    [TestCase(5070, TestName = "{m}(in use)")]
    public async Task Database_that_cannot_be_altered_is_refused_with_the_statements_to_run(int number)
    {
        await using var server = Server(isOn: false, TdsReply.Error(number, 14));

        Assert.That(
            async () => await EnsureAsync(server, isNew: false),
            Throws.TypeOf<IOException>()
                .With.Message.Contains("ALTER DATABASE [entourage] SET ALLOW_SNAPSHOT_ISOLATION ON;")
                .And.Message.Contains("ALTER DATABASE [entourage] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;"));
    }

    private static TdsServer Server(bool isOn, TdsReply altered) => new(request =>
        request.Contains("sys.databases") ? TdsReply.Row(isOn ? 1 : 0) : request.Contains("ALTER DATABASE") ? altered : TdsReply.Success);

    private static async Task EnsureAsync(TdsServer server, bool isNew)
    {
        await using var services = Contexts.RegisteredForSqlServer(server.ConnectionString);
        await services.UseAsync(async db =>
        {
            await SnapshotIsolation.EnsureAsync(db, isNew, CancellationToken.None);
            return true;
        });
    }
}
