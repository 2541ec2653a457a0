using Entourage.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>The ledger's statements are shared by both stores, so both need the same tables.</summary>
internal sealed class StoreShapeTests
{
    // Recognises a transaction whose answer was lost, which an SQLite file does not need.
    private const string TableOfSqlServer = "CommitMarkers";

    // Give the rows an order in which they grow, see SqlServerStorage.
    private static readonly string[] OfSqlServer =
    [
        "SourceProcesses.Sequence NOT NULL", "IX_SourceProcesses_Sequence  Sequence", "IX_Reservations_CreatedAt  CreatedAt",
    ];

    private static readonly IReadOnlyList<ITable> Sqlite = TablesOf(Store.Sqlite);
    private static readonly IReadOnlyList<ITable> SqlServer = [.. TablesOf(Store.SqlServer).Where(table => table.Name != TableOfSqlServer)];

    [Test]
    public void Both_stores_have_the_same_tables() => AssertSame(table => [table.Name]);

    [Test]
    public void Both_stores_have_the_same_columns_with_the_same_constraints() => AssertSame(table =>
        table.Columns.Select(column => $"{table.Name}.{column.Name} {(column.IsNullable ? "NULL" : "NOT NULL")}"));

    [Test]
    public void Both_stores_have_the_same_keys() => AssertSame(table => table.UniqueConstraints.Select(key =>
        $"{key.Name} {string.Join(", ", key.Columns.Select(column => column.Name))}"));

    [Test]
    public void Both_stores_have_the_same_indexes() => AssertSame(table => table.Indexes.Select(index =>
        $"{index.Name} {(index.IsUnique ? "unique" : "")} {string.Join(", ", index.Columns.Select(column => column.Name))}"));

    [Test]
    public void Both_stores_have_the_same_foreign_keys() => AssertSame(table => table.ForeignKeyConstraints.Select(key =>
        $"{key.Name} {string.Join(", ", key.Columns.Select(column => column.Name))} {key.PrincipalTable.Name} {key.OnDeleteAction}"));

    [Test]
    public void No_delete_cascades_to_another_table() => Assert.That(
        SqlServer.SelectMany(table => table.ForeignKeyConstraints).Select(key => key.OnDeleteAction).Distinct(),
        Is.EqualTo(new[] { ReferentialAction.Restrict }));

    private static void AssertSame(Func<ITable, IEnumerable<string>> describe)
    {
        var described = Sqlite.SelectMany(describe).Order(StringComparer.Ordinal).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(described, Is.Not.Empty);
            Assert.That(SqlServer.SelectMany(describe).Except(OfSqlServer).Order(StringComparer.Ordinal), Is.EqualTo(described));
        });
    }

    private static List<ITable> TablesOf(Store store)
    {
        using var db = Contexts.Mapping(store);
        return [.. db.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables];
    }
}
