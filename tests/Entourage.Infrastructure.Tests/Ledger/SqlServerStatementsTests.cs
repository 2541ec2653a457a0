using System.Reflection;
using Entourage.Infrastructure.Ledger.SqlServer;
using Entourage.Infrastructure.Tests.Persistence;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Tests.Ledger;

internal sealed class SqlServerStatementsTests
{
    private const int MaxParameters = 2_100;

    private static readonly int[] Lengths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 63, 64, 65, 96, 127, 128, 129, 191, 200, 500, 1_000];

    [Test]
    public void Every_command_is_found() => Assert.That(
        LedgerCommands.All.Select(test => ((MethodInfo)test.Arguments[0]!).Name),
        Is.SupersetOf(new[]
        {
            nameof(SqlServerStatements.LockOrganisations),
            nameof(SqlServerStatements.UpdateCounters),
            nameof(SqlServerStatements.InsertRecords),
        }));

    [TestCaseSource(typeof(LedgerCommands), nameof(LedgerCommands.All))]
    public void Every_command_is_valid_T_SQL_without_merges_and_hints(MethodInfo method, int size)
    {
        using var command = LedgerCommands.Make(method, size);
        TransactSql.AssertNoMergeOrHint(TransactSql.Parse(command.CommandText), command.CommandText);
    }

    [TestCaseSource(typeof(LedgerCommands), nameof(LedgerCommands.All))]
    public void Every_command_has_the_parameters_of_its_text(MethodInfo method, int size)
    {
        using var command = LedgerCommands.Make(method, size);
        var names = command.Parameters.Cast<SqlParameter>().Select(parameter => parameter.ParameterName).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(names, Is.Unique);
            Assert.That(names, Is.EquivalentTo(TransactSql.VariablesOf(TransactSql.Parse(command.CommandText))));
            Assert.That(names, Has.Length.LessThanOrEqualTo(MaxParameters));
        });
    }

    [TestCaseSource(nameof(Lengths))]
    public void Pieces_are_the_list_in_lengths_of_powers_of_two(int length)
    {
        var items = Enumerable.Range(0, length).ToArray();
        var pieces = SqlServerStatements.Pieces(items).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(pieces.SelectMany(piece => piece), Is.EqualTo(items));
            Assert.That(pieces.Select(piece => piece.Length), Is.All.InRange(1, 64).And.All.Matches<int>(int.IsPow2));
            Assert.That(pieces.Select(piece => piece.Length), Is.Ordered.Descending);
        });
    }

    [TestCaseSource(nameof(Lengths))]
    public void Padded_pieces_repeat_the_last_item_of_the_list(int length)
    {
        var items = Enumerable.Range(0, length).ToArray();
        var pieces = SqlServerStatements.PaddedPieces(items).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(pieces.SelectMany(piece => piece).Distinct(), Is.EqualTo(items));
            Assert.That(pieces.Select(piece => piece.Length), Is.All.InRange(1, 64).And.All.Matches<int>(int.IsPow2));
            Assert.That(pieces, Has.Length.EqualTo((length + 63) / 64));
        });
    }
}
