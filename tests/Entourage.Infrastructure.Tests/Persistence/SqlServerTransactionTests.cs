using Entourage.Application.Errors;
using Entourage.Testing.Tds;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>
/// Transactions over a connection that fails at any point: nothing is said to be unrecorded that may be recorded, and nothing is written twice. The
/// faults are real ones of the SQL Server client, from a server that is only a script.
/// </summary>
[Parallelizable(ParallelScope.All)]
internal sealed class SqlServerTransactionTests
{
    private const string Work = "UPDATE Things SET Name = 'x'";
    private const string Marker = "INSERT INTO CommitMarkers";
    private const int Duplicate = 2627;

    // What a server answers to a login while it, or the database, is moving, starting, throttled or being renamed.
    private static readonly (int Number, byte Severity)[] RefusedLogins =
    [
        (4060, 11), (18456, 14), (18401, 14), (983, 14), (976, 14), (922, 14), (40613, 17), (40501, 20), (40197, 17), (42108, 16), (42109, 16),
        (10928, 20), (10929, 20), (40549, 16), (40550, 16), (40551, 16), (40552, 16), (40553, 16), (49918, 16), (49919, 16), (49920, 16),
    ];

    // The faults of a statement after which the same work may succeed.
    private static readonly (int Number, byte Severity)[] FailedStatements =
    [
        (1205, 13), (1222, 16), (976, 14), (983, 14), (922, 14), (3906, 16), (40197, 17), (40501, 20), (40549, 16), (40550, 16), (40551, 16),
        (40552, 16), (40553, 16), (10928, 16), (10929, 16), (49918, 16), (49919, 16), (49920, 16), (596, 21), (9002, 17), (1105, 17),
    ];

    [TestCaseSource(nameof(RefusedLogins))]
    public async Task Refused_login_is_tried_again((int Number, byte Severity) fault)
    {
        var refusals = 2;
        await using var server = new TdsServer(request =>
            request.Kind == TdsKind.Login && refusals-- > 0 ? TdsReply.Error(fault.Number, fault.Severity) : TdsReply.Success);

        Assert.That(await RunAsync(server), Is.EqualTo(1));
        Assert.That(server.Count(TdsKind.Login), Is.EqualTo(3));
    }

    [TestCaseSource(nameof(RefusedLogins))]
    public async Task Refused_login_that_stays_is_a_fault_of_the_store_that_recorded_nothing((int Number, byte Severity) fault)
    {
        await using var server = new TdsServer(request =>
            request.Kind == TdsKind.Login ? TdsReply.Error(fault.Number, fault.Severity) : TdsReply.Success);

        await AssertUnavailableAsync(async () => await RunAsync(server, seconds: 1), outcomeUnknown: false);
    }

    [TestCaseSource(nameof(FailedStatements))]
    public async Task Transient_fault_of_a_statement_runs_the_transaction_again((int Number, byte Severity) fault)
    {
        var faults = 1;
        await using var server = new TdsServer(request =>
            request.Contains(Work) && faults-- > 0 ? TdsReply.Error(fault.Number, fault.Severity) : TdsReply.Success);

        Assert.That(await RunAsync(server), Is.EqualTo(2));
        Assert.That(server.Count(TdsKind.Commit), Is.EqualTo(1));
    }

    [Test]
    public async Task Lasting_fault_before_the_commit_recorded_nothing()
    {
        await using var server = new TdsServer(request => request.Contains(Work) ? TdsReply.Cut : TdsReply.Success);

        await AssertUnavailableAsync(async () => await RunAsync(server, seconds: 1), outcomeUnknown: false);
        Assert.That(server.Count(TdsKind.Commit), Is.Zero);
    }

    [Test]
    public async Task Error_of_the_work_itself_is_not_tried_again()
    {
        await using var server = new TdsServer(request => request.Contains(Work) ? TdsReply.Error(547) : TdsReply.Success);

        Assert.That(async () => await RunAsync(server), Throws.InstanceOf<SqlException>());
        Assert.That(server.Requests.Count(request => request.Contains(Work)), Is.EqualTo(1));
    }

    [TestCase(TdsKind.Begin)]
    [TestCase(TdsKind.Call)]
    [TestCase(TdsKind.Batch)]
    public async Task Connection_cut_before_the_commit_runs_the_transaction_again(TdsKind at)
    {
        var cuts = 1;
        await using var server = new TdsServer(request => request.Kind == at && cuts-- > 0 ? TdsReply.Cut : TdsReply.Success);

        await RunAsync(server);
        Assert.That(server.Count(TdsKind.Commit), Is.EqualTo(1));
    }

    [Test]
    public async Task Lost_commit_that_took_effect_is_not_repeated()
    {
        // The second marker is a duplicate: the first was committed.
        var (commits, markers) = (0, 0);
        await using var server = new TdsServer(request => request.Kind == TdsKind.Commit && commits++ == 0
            ? TdsReply.Cut
            : request.Contains(Marker) && markers++ == 1 ? TdsReply.Error(Duplicate, 14) : TdsReply.Success);

        Assert.That(await RunAsync(server), Is.EqualTo(1), "the result of the first attempt");
        Assert.That(server.Requests.Count(request => request.Contains(Work)), Is.EqualTo(1));
        Assert.That(server.Count(TdsKind.Commit), Is.EqualTo(1));
    }

    [Test]
    public async Task Lost_commit_that_took_no_effect_is_repeated_behind_the_same_marker()
    {
        var commits = 0;
        await using var server = new TdsServer(request => request.Kind == TdsKind.Commit && commits++ == 0 ? TdsReply.Cut : TdsReply.Success);

        Assert.That(await RunAsync(server), Is.EqualTo(2));
        Assert.That(
            server.Requests.Where(request => request.Contains(Marker) || request.Contains(Work) || request.Kind == TdsKind.Commit)
                .Select(request => request.Kind == TdsKind.Commit ? "commit" : request.Contains(Marker) ? "marker" : "work"),
            Is.EqualTo(new[] { "work", "marker", "commit", "marker", "work", "commit" }));
    }

    [Test]
    public async Task Lost_commit_of_a_server_that_stays_away_has_an_unknown_outcome()
    {
        var away = false;
        await using var server = new TdsServer(request =>
        {
            away |= request.Kind == TdsKind.Commit;
            return away ? request.Kind == TdsKind.Login ? TdsReply.Error(4060, 11) : TdsReply.Cut : TdsReply.Success;
        });

        await AssertUnavailableAsync(async () => await RunAsync(server, seconds: 1), outcomeUnknown: true);
    }

    [Test]
    public async Task Commit_without_an_answer_in_time_has_an_unknown_outcome()
    {
        await using var server = new TdsServer(request => request.Kind == TdsKind.Commit ? TdsReply.Silence : TdsReply.Success);

        await AssertUnavailableAsync(async () => await RunAsync(server, seconds: 1), outcomeUnknown: true);
    }

    [Test]
    public async Task Commit_that_the_server_refused_recorded_nothing()
    {
        await using var server = new TdsServer(request => request.Kind == TdsKind.Commit ? TdsReply.Error(3930) : TdsReply.Success);

        Assert.That(async () => await RunAsync(server), Throws.InstanceOf<SqlException>());
        Assert.That(server.Count(TdsKind.Commit), Is.EqualTo(1));
    }

    [Test]
    public async Task Fault_after_a_lost_commit_is_not_told_as_unrecorded()
    {
        // The retry is cut before its marker is answered, again and again.
        var commits = 0;
        await using var server = new TdsServer(request => request.Kind == TdsKind.Commit
            ? TdsReply.Cut
            : request.Contains(Marker) && commits++ > 0 ? TdsReply.Error(1205, 13) : TdsReply.Success);

        await AssertUnavailableAsync(async () => await RunAsync(server, seconds: 1), outcomeUnknown: true);
    }

    [Test]
    public async Task Unknown_outcome_ends_when_the_retry_could_write_its_marker()
    {
        // The marker of the retry shows that the first attempt took no effect, so a later fault is a plain one.
        var lost = false;
        await using var server = new TdsServer(request =>
        {
            if (request.Kind == TdsKind.Commit)
            {
                lost = true;
                return TdsReply.Cut;
            }

            return lost && request.Contains(Work) ? TdsReply.Cut : TdsReply.Success;
        });

        await AssertUnavailableAsync(async () => await RunAsync(server, seconds: 1), outcomeUnknown: false);
    }

    [Test]
    public async Task Snapshot_that_breaks_is_read_again()
    {
        var cuts = 2;
        await using var server = new TdsServer(request => request.Contains(Work) && cuts-- > 0 ? TdsReply.Cut : TdsReply.Success);
        await using var services = Services(server, seconds: 30);
        var runs = 0;

        await services.UseAsync(db => db.InSnapshotAsync(
            async token =>
            {
                runs++;
                return await db.Database.ExecuteSqlRawAsync(Work, token);
            },
            CancellationToken.None));

        Assert.That(runs, Is.EqualTo(3));
    }

    [Test]
    public async Task Real_fault_is_not_hidden_by_that_of_a_broken_connection()
    {
        await using var server = new TdsServer(request => request.Kind == TdsKind.Rollback ? TdsReply.Cut : TdsReply.Success);
        await using var services = Services(server, seconds: 30);

        Assert.That(
            async () => await services.UseAsync(db => db.InTransactionAsync<int>(_ => throw new NotFoundException("thing", 1), CancellationToken.None)),
            Throws.TypeOf<NotFoundException>());
        Assert.That(
            async () => await services.UseAsync(db => db.InTransactionAsync(token => db.Database.ExecuteSqlRawAsync(Work, token), CancellationToken.None)),
            Throws.Nothing);
    }

    private static async Task AssertUnavailableAsync(Func<Task> run, bool outcomeUnknown)
    {
        var fault = (await Assert.ThrowsAsync<StoreUnavailableException>(run))!;
        Assert.Multiple(() =>
        {
            Assert.That(fault.OutcomeUnknown, Is.EqualTo(outcomeUnknown));
            Assert.That(fault.Message.Contains("Nothing was recorded", StringComparison.Ordinal), Is.Not.EqualTo(outcomeUnknown));
        });
    }

    /// <summary>Runs a transaction, whose result is the number of times that its work ran.</summary>
    private static async Task<int> RunAsync(TdsServer server, int seconds = 30)
    {
        await using var services = Services(server, seconds);
        var runs = 0;
        return await services.UseAsync(db => db.InTransactionAsync(
            async token =>
            {
                runs++;
                await db.Database.ExecuteSqlRawAsync(Work, token);
                return runs;
            },
            CancellationToken.None));
    }

    private static ServiceProvider Services(TdsServer server, int seconds) => Contexts.RegisteredForSqlServer(
        server.ConnectionString, ("Database:CommandTimeoutSeconds", $"{seconds}"));
}
