using System.Data;
using System.Globalization;
using Microsoft.Data.SqlClient;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>Parses T-SQL with SQL Server's own parser, which needs no server.</summary>
internal static class TransactSql
{
    /// <summary>Parses one batch; the test fails if SQL Server 2022 would reject it.</summary>
    public static TSqlFragment Parse(string text)
    {
        using var reader = new StringReader(text);
        var tree = new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        Assert.That(errors.Select(error => $"{error.Line}:{error.Column} {error.Message}"), Is.Empty, text);
        return tree;
    }

    /// <summary>Splits a script into batches, like sqlcmd.</summary>
    public static IReadOnlyList<string> Batches(string script) =>
        [.. script.ReplaceLineEndings("\n").Split("\nGO\n").Where(batch => !string.IsNullOrWhiteSpace(batch))];

    /// <summary>The nodes of a type in a tree.</summary>
    public static IReadOnlyList<T> All<T>(this TSqlFragment tree)
        where T : TSqlFragment
    {
        var collector = new Collector<T>();
        tree.Accept(collector);
        return collector.Found;
    }

    /// <summary>A node as text.</summary>
    public static string TextOf(TSqlFragment node)
    {
        new Sql160ScriptGenerator().GenerateScript(node, out var text);
        return text;
    }

    /// <summary>Fails on MERGE and hints, because their behaviour differs between servers.</summary>
    public static void AssertNoMergeOrHint(TSqlFragment tree, string text) => Assert.Multiple(() =>
    {
        Assert.That(tree.All<MergeStatement>(), Is.Empty, text);
        Assert.That(tree.All<TableHint>().Select(hint => hint.HintKind), Is.Empty, text);
        Assert.That(tree.All<OptimizerHint>().Select(hint => hint.HintKind), Is.Empty, text);
        Assert.That(tree.All<SetTransactionIsolationLevelStatement>(), Is.Empty, text);
    });

    /// <summary>The names of the parameters and variables in a tree.</summary>
    public static IReadOnlyList<string> VariablesOf(TSqlFragment tree) =>
        [.. tree.All<VariableReference>().Select(variable => variable.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>The declaration of a parameter's type.</summary>
    public static string TypeOf(SqlParameter parameter)
    {
        // The length of a number is derived from its value.
        var size = parameter.SqlDbType switch
        {
            SqlDbType.BigInt or SqlDbType.Int or SqlDbType.TinyInt or SqlDbType.Bit or SqlDbType.UniqueIdentifier or SqlDbType.DateTimeOffset => "",
            _ when parameter.Size == -1 => "(max)",
            _ => string.Create(CultureInfo.InvariantCulture, $"({parameter.Size})"),
        };
        return $"{parameter.SqlDbType}{size}".ToLowerInvariant();
    }

    private sealed class Collector<T> : TSqlFragmentVisitor
        where T : TSqlFragment
    {
        public List<T> Found { get; } = [];

        public override void Visit(TSqlFragment fragment)
        {
            if (fragment is T found)
            {
                Found.Add(found);
            }
        }
    }
}
