using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>A parameter that a statement compares with, adds to, assigns to or inserts into a column.</summary>
internal sealed record ColumnUse(string Table, string Column, string Parameter)
{
    // The alias of the rows that are sent as one parameter.
    private const string Rows = "v";

    public static IEnumerable<ColumnUse> In(TSqlFragment tree) => tree.All<StatementWithCtesAndXmlNamespaces>().SelectMany(statement =>
    {
        var named = statement.All<NamedTableReference>();
        var tables = named.Where(table => !named.Any(other => other.Alias?.Value == table.SchemaObject.BaseIdentifier.Value)).ToArray();
        return Pairs(statement)
            .Where(pair => !IsOfRows(pair.Column) && ParameterOf(pair.Value) is not null)
            .Select(pair => new ColumnUse(TableOf(pair.Column, tables), NameOf(pair.Column), ParameterOf(pair.Value)!));
    });

    /// <summary>The values of an insertion, in the order of its columns.</summary>
    public static IReadOnlyList<ScalarExpression> ValuesOf(InsertSpecification insert) => insert.InsertSource is ValuesInsertSource values
        ? [.. values.RowValues.Single().ColumnValues]
        : [.. ((QuerySpecification)((SelectInsertSource)insert.InsertSource).Select).SelectElements.Select(element => ((SelectScalarExpression)element).Expression)];

    private static IEnumerable<(ColumnReferenceExpression Column, ScalarExpression Value)> Pairs(TSqlFragment statement)
    {
        var compared = statement.All<BooleanComparisonExpression>().Select(node => (node.FirstExpression, node.SecondExpression));
        var added = statement.All<BinaryExpression>().Select(node => (node.FirstExpression, node.SecondExpression));
        var listed = statement.All<InPredicate>().SelectMany(node => (node.Subquery?.QueryExpression is QuerySpecification query
            ? query.SelectElements.Select(element => ((SelectScalarExpression)element).Expression)
            : node.Values).Select(value => (node.Expression, value)));
        var defaulted = statement.All<CoalesceExpression>().Select(node => (node.Expressions[^1], node.Expressions[0]));
        var set = statement.All<AssignmentSetClause>().Where(node => node.Column is not null).Select(node => ((ScalarExpression)node.Column, node.NewValue));
        var inserted = statement.All<InsertSpecification>().SelectMany(node =>
            node.Columns.Zip(ValuesOf(node), (column, value) => ((ScalarExpression)column, value)));
        foreach (var (first, second) in compared.Concat(added).Concat(listed).Concat(defaulted).Concat(set).Concat(inserted))
        {
            if (first is ColumnReferenceExpression column)
            {
                yield return (column, second);
            }
        }
    }

    private static string? ParameterOf(ScalarExpression value) => value switch
    {
        VariableReference variable => variable.Name,
        ColumnReferenceExpression column when IsOfRows(column) => $"{Rows}.{NameOf(column)}",
        _ => null,
    };

    private static bool IsOfRows(ColumnReferenceExpression column) =>
        column.MultiPartIdentifier.Identifiers is { Count: 2 } names && names[0].Value == Rows;

    private static string TableOf(ColumnReferenceExpression column, IReadOnlyList<NamedTableReference> tables)
    {
        var names = column.MultiPartIdentifier.Identifiers;
        return (names.Count == 1 ? tables : tables.Where(candidate => candidate.Alias?.Value == names[0].Value))
            .Select(table => table.SchemaObject.BaseIdentifier.Value).Distinct().Single();
    }

    private static string NameOf(ColumnReferenceExpression column) => column.MultiPartIdentifier.Identifiers[^1].Value;
}
