using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Costs;
using Entourage.Infrastructure.Ledger;
using Entourage.Infrastructure.Ledger.SqlServer;
using Entourage.Testing.Tds;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Tests.Ledger;

/// <summary>
/// The ledger's transactions on a connection that fails at any point. The faults are real ones of the SQL Server client, from a server that is only a script.
/// </summary>
[Parallelizable(ParallelScope.All)]
internal sealed class SqlServerLedgerFaultTests
{
    private const string Lock = "sp_getapplock";
    private const string Read = "SELECT TOP";
    private const string Write = "COMMIT TRANSACTION";
    private const string Look = "FROM CommitMarkers";

    private static readonly Guid Organisation = Guid.NewGuid();
    private static readonly CostSummaryKey Key = new(Guid.NewGuid(), CostHeading.Agent, new DateOnly(2026, 6, 1), "eng-1");

    [Test]
    public async Task Transaction_takes_three_round_trips()
    {
        await using var server = new TdsServer(_ => TdsReply.Success);
        await RunAsync(Ledger(server), new([Organisation]));

        var sent = server.Requests.Where(request => request.Kind != TdsKind.Login).ToArray();
        Assert.That(sent, Has.Length.EqualTo(3));
        Assert.That((sent[0].Contains(Lock), sent[1].Contains(Read), sent[2].Contains(Write)), Is.EqualTo((true, true, true)));
        Assert.That(sent[2].Contains("sp_releaseapplock"), Is.True);
    }

    [Test]
    public async Task Turn_that_goes_on_takes_the_lock_once()
    {
        await using var server = new TdsServer(_ => TdsReply.Success);
        var ledger = Ledger(server);
        foreach (var waits in new[] { true, true, false })
        {
            await RunAsync(ledger, new([Organisation], () => waits));
        }

        // A slow machine may end the turn early.
        var locks = server.Requests.Count(request => request.Contains(Lock));
        Assert.That(locks, Is.InRange(1, 3));
        Assert.That(server.Requests.Count(request => request.Contains("sp_releaseapplock")), Is.EqualTo(locks));
        Assert.That(server.Requests.Count(request => request.Contains(Write)), Is.EqualTo(3));
    }

    [TestCase(4060, 11)]
    [TestCase(18456, 14)]
    [TestCase(18401, 14)]
    [TestCase(983, 14)]
    [TestCase(976, 14)]
    [TestCase(40613, 17)]
    [TestCase(42109, 16)]
    public async Task Refused_login_recorded_nothing_and_is_tried_again(int number, byte severity) =>
        Assert.That(await FaultOfAsync(request => request.Kind == TdsKind.Login, TdsReply.Error(number, severity)), Is.EqualTo(LedgerFault.Rerun));

    [TestCase(Lock)]
    [TestCase(Read)]
    public async Task Connection_that_is_lost_before_the_commit_recorded_nothing(string at) =>
        Assert.That(await FaultOfAsync(request => request.Contains(at), TdsReply.Cut), Is.EqualTo(LedgerFault.Rerun));

    [Test]
    public async Task Lock_that_may_have_been_granted_is_released()
    {
        await using var server = new TdsServer(request => request.Contains(Lock) ? TdsReply.Error(1222) : TdsReply.Success);
        Assert.That(async () => await RunAsync(Ledger(server), new([Organisation])), Throws.Exception);
        Assert.That(server.Requests.Count(request => request.Contains("sp_releaseapplock")), Is.EqualTo(1));
    }

    [TestCase(1205, 13)]
    [TestCase(2627, 14)]
    [TestCase(50001, 16)]
    [TestCase(1105, 17)]
    [TestCase(9002, 17)]
    [TestCase(3906, 16)]
    [TestCase(40549, 16)]
    public async Task Error_of_a_server_that_still_answers_recorded_nothing_and_is_tried_again(int number, byte severity) =>
        Assert.That(await FaultOfAsync(request => request.Contains(Write), TdsReply.Error(number, severity)), Is.EqualTo(LedgerFault.Rerun));

    [Test]
    public async Task Error_of_a_statement_is_nobody_elses() =>
        Assert.That(await FaultOfAsync(request => request.Contains(Write), TdsReply.Error(547)), Is.Null);

    [Test]
    public async Task Lost_answer_to_the_commit_leaves_the_outcome_open()
    {
        TdsReply[] losses = [TdsReply.Cut, TdsReply.Silence, TdsReply.Error(596, 21), TdsReply.Error(40197, 20)];
        foreach (var loss in losses)
        {
            await using var server = new TdsServer(request => request.Contains(Write) ? loss : TdsReply.Success);
            Assert.That(async () => await RunAsync(Ledger(server), new([Organisation])), Throws.TypeOf<UnconfirmedCommitException>(), $"{loss}");
        }
    }

    [Test]
    public async Task Next_attempt_looks_for_the_marker_under_the_lock_and_excludes_the_earlier_attempt()
    {
        var writes = 0;
        await using var server = new TdsServer(request => request.Contains(Write) && writes++ == 0 ? TdsReply.Cut : TdsReply.Success);
        var (ledger, turn) = (Ledger(server), new LedgerTurn([Organisation]));
        Assert.That(async () => await RunAsync(ledger, turn), Throws.TypeOf<UnconfirmedCommitException>());
        var first = turn.Marker;
        turn.KeepUnconfirmed();
        await RunAsync(ledger, turn);

        var sent = server.Requests.Where(request => request.Contains(Lock) || request.Contains(Look) || request.Contains(Write)).ToArray();
        Assert.That(sent.Select(request => request.Contains(Lock) ? "lock" : request.Contains(Write) ? "write" : "look"), Is.EqualTo(new[] { "lock", "write", "lock", "look", "write" }));
        Assert.That(sent[^1].Contains($"{first}") && sent[^1].Contains($"{turn.Marker}"), Is.True, "it fails if the earlier attempt is committed after all");
    }

    [Test]
    public async Task Fault_of_the_release_does_not_touch_the_commit()
    {
        await using var server = new TdsServer(request => request.Contains(Write) ? TdsReply.Confirmed(TdsReply.Error(1223)) : TdsReply.Success);
        Assert.That(async () => await RunAsync(Ledger(server), new([Organisation])), Throws.Nothing);
    }

    /// <summary>What to do about the fault of a transaction. It is no lost commit.</summary>
    private static async Task<LedgerFault?> FaultOfAsync(Func<TdsMessage, bool> fails, TdsReply fault)
    {
        await using var server = new TdsServer(request => fails(request) ? fault : TdsReply.Success);
        var ledger = Ledger(server);
        try
        {
            await RunAsync(ledger, new([Organisation]));
        }
        catch (Exception exception) when (exception is not UnconfirmedCommitException)
        {
            return ledger.ClassifyFault(exception);
        }

        throw new AssertionException("The transaction did not fail.");
    }

    private static Task<Guid?> RunAsync(SqlServerLedgerTransactions ledger, LedgerTurn turn) => ledger.WriteAsync(
        turn,
        async writes =>
        {
            await writes.FindUnsummarisedAsync(Organisation);
            await writes.SummariseAsync(new Dictionary<CostSummaryKey, UsageSum> { [Key] = new() { Cost = new Money(1) } }, []);
        },
        CancellationToken.None);

    private static SqlServerLedgerTransactions Ledger(TdsServer server) =>
        new(server.ConnectionString, new BudgetRuleLists(), Options.Create(new DatabaseOptions { CommandTimeoutSeconds = 1 }), TimeProvider.System);
}
