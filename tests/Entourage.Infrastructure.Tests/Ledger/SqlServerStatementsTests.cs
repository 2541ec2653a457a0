using Entourage.Infrastructure.Ledger.SqlServer;
using Entourage.Infrastructure.Tests.Persistence;
using Microsoft.Data.SqlClient;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Entourage.Infrastructure.Tests.Ledger;

internal sealed class SqlServerStatementsTests
{
    private const int MaxParameters = 2_100;

    [Test]
    public void Every_command_is_found() => Assert.That(
        LedgerCommands.All.Select(test => test.Arguments[0]),
        Is.SupersetOf(new[]
        {
            nameof(SqlServerStatements.SelectSubject),
            nameof(SqlServerStatements.UpdateCounters),
            nameof(SqlServerStatements.InsertRecords),
            nameof(SqlServerQueries.Sessions),
        }));

    [TestCaseSource(typeof(LedgerCommands), nameof(LedgerCommands.All))]
    public void Every_command_is_valid_T_SQL_without_merges_and_hints(string name, int size)
    {
        using var command = LedgerCommands.Make(name, size);
        TransactSql.AssertNoMergeOrHint(TransactSql.Parse(command.CommandText), command.CommandText);
    }

    [TestCaseSource(typeof(LedgerCommands), nameof(LedgerCommands.All))]
    public void Every_command_has_the_parameters_of_its_text(string name, int size)
    {
        using var command = LedgerCommands.Make(name, size);
        var names = command.Parameters.Cast<SqlParameter>().Select(parameter => parameter.ParameterName).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(names, Is.Unique);
            Assert.That(names, Is.EquivalentTo(TransactSql.VariablesOf(TransactSql.Parse(command.CommandText)).Where(name => name != "@written")));
            Assert.That(names, Has.Length.LessThanOrEqualTo(MaxParameters));
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Transaction_commits_before_it_releases_the_lock(bool releases)
    {
        var writes = new SqlServerWrites();
        writes.Add(SqlServerStatements.InsertMarkers, [(Guid.NewGuid(), DateTimeOffset.UnixEpoch)]);
        using var command = writes.ToTransaction(releases ? Guid.NewGuid() : null);

        var tree = TransactSql.Parse(command.CommandText);
        var names = command.Parameters.Cast<SqlParameter>().Select(parameter => parameter.ParameterName);
        Assert.That(names, Is.EquivalentTo(TransactSql.VariablesOf(tree).Where(name => name is not ("@written" or "@Resource" or "@LockOwner"))));
        Assert.That(tree.All<BeginTransactionStatement>(), Has.Count.EqualTo(1));
        var commit = tree.All<CommitTransactionStatement>().Single();
        var released = tree.All<ExecuteStatement>().Select(release => release.StartOffset).ToArray();
        Assert.That(released, Has.Length.EqualTo(releases ? 1 : 0).And.All.GreaterThan(commit.StartOffset));
    }

    [TestCaseSource(typeof(LedgerCommands), nameof(LedgerCommands.Fixed))]
    public void Text_is_the_same_for_any_number_of_rows(string name)
    {
        using var one = LedgerCommands.Make(name, 1);
        using var many = LedgerCommands.Make(name, 64);
        Assert.That(many.CommandText, Is.EqualTo(one.CommandText));
        Assert.That(many.Parameters, Has.Count.EqualTo(one.Parameters.Count).And.Count.LessThanOrEqualTo(8));
    }
}
