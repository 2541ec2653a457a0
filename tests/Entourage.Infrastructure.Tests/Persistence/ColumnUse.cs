using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>A parameter that a statement compares with, adds to, assigns to or inserts into a column.</summary>
internal sealed record ColumnUse(string Table, string Column, string Parameter)
{
    public static IEnumerable<ColumnUse> In(TSqlFragment tree) => tree.All<StatementWithCtesAndXmlNamespaces>().SelectMany(statement =>
    {
        var tables = statement.All<NamedTableReference>();
        return Pairs(statement)
            .Where(pair => pair.Value is VariableReference)
            .Select(pair => new ColumnUse(TableOf(pair.Column, tables), NameOf(pair.Column), ((VariableReference)pair.Value).Name));
    });

    private static IEnumerable<(ColumnReferenceExpression Column, ScalarExpression Value)> Pairs(TSqlFragment statement)
    {
        var compared = statement.All<BooleanComparisonExpression>().Select(node => (node.FirstExpression, node.SecondExpression));
        var added = statement.All<BinaryExpression>().Select(node => (node.FirstExpression, node.SecondExpression));
        var listed = statement.All<InPredicate>().SelectMany(node => node.Values.Select(value => (node.Expression, value)));
        var set = statement.All<AssignmentSetClause>().Select(node => ((ScalarExpression)node.Column, node.NewValue));
        var inserted = statement.All<InsertSpecification>().SelectMany(node => ((ValuesInsertSource)node.InsertSource).RowValues
            .SelectMany(row => node.Columns.Zip(row.ColumnValues, (column, value) => ((ScalarExpression)column, value))));
        foreach (var (first, second) in compared.Concat(added).Concat(listed).Concat(set).Concat(inserted))
        {
            if (first is ColumnReferenceExpression column)
            {
                yield return (column, second);
            }
        }
    }

    private static string TableOf(ColumnReferenceExpression column, IReadOnlyList<NamedTableReference> tables)
    {
        var names = column.MultiPartIdentifier.Identifiers;
        var table = names.Count == 1 ? tables.Single() : tables.Single(candidate => candidate.Alias?.Value == names[0].Value);
        return table.SchemaObject.BaseIdentifier.Value;
    }

    private static string NameOf(ColumnReferenceExpression column) => column.MultiPartIdentifier.Identifiers[^1].Value;
}
