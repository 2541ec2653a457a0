using System.Globalization;
using Entourage.Infrastructure.Ledger.SqlServer;
using Entourage.Infrastructure.Tests.Ledger;
using Entourage.Testing;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.SqlServer.Dac.Model;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using TriggerType = Microsoft.SqlServer.TransactSql.ScriptDom.TriggerType;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>
/// Checks with SQL Server's schema compiler, which needs no server, that everything exists that the ledger's statements name.
/// The compiler does not compare types, count the values of an INSERT, or miss required columns, so these are read from the
/// syntax tree. Collations, names of built-in functions and runtime behaviour are checked only by the tests that have a
/// server.
/// </summary>
internal sealed class SqlServerModelTests
{
    private static readonly SqlServerSchema Schema = SqlServerSchema.OfMigrations();

    [Test]
    public void Migrations_create_the_tables_of_the_mapping()
    {
        using var db = Contexts.Mapping(Store.SqlServer);
        var mapped = db.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables
            .SelectMany(table => table.Columns.Select(column => $"{table.Name}.{column.Name} {column.StoreType} {column.IsNullable}"));
        var made = Schema.Tables.SelectMany(table => table.Value.Values.Select(column =>
            $"{table.Key}.{column.ColumnIdentifier.Value} {SqlServerSchema.TypeOf(column)} {SqlServerSchema.IsNullable(column)}"));

        Assert.That(made, Is.EquivalentTo(mapped));
    }

    [Test]
    public void Every_name_in_the_statements_exists()
    {
        using var model = Schema.ToModel();
        var procedures = 0;
        foreach (var arguments in LedgerCommands.All.Select(test => test.Arguments))
        {
            var (name, size) = ((string)arguments[0]!, (int)arguments[1]!);
            using var command = LedgerCommands.Make(name, size);
            AddProcedure(model, string.Create(CultureInfo.InvariantCulture, $"{name}_{size}"), command);
            procedures++;
        }

        Assert.Multiple(() =>
        {
            // A missing column is an error, a missing table only a warning.
            Assert.That(model.Validate().Select(message => message.Message), Is.Empty);
            Assert.That(model.GetObjects(DacQueryScopes.UserDefined, ModelSchema.Procedure).Count(), Is.EqualTo(procedures));
        });
    }

    [Test]
    public void Audit_trail_has_triggers_instead_of_update_and_delete() => Assert.That(
        Schema.Triggers.Select(trigger => (
            trigger.Name.BaseIdentifier.Value,
            trigger.TriggerObject.Name.BaseIdentifier.Value,
            trigger.TriggerType,
            trigger.TriggerActions.Single().TriggerActionType,
            trigger.StatementList.Statements.Single().GetType())),
        Is.EquivalentTo(new[]
        {
            ("AuditEntries_NoUpdate", "AuditEntries", TriggerType.InsteadOf, TriggerActionType.Update, typeof(ThrowStatement)),
            ("AuditEntries_NoDelete", "AuditEntries", TriggerType.InsteadOf, TriggerActionType.Delete, typeof(ThrowStatement)),
        }));

    [TestCase("SELECT s.Cost, s.Price FROM Sessions s", "[Price]")]
    [TestCase("SELECT x.Cost FROM Sessions s", "[x]")]
    [TestCase("SELECT Id FROM Receipts", "[Receipts]")]
    [TestCase("UPDATE Sessions SET Price = 1", "[Price]")]
    [TestCase("UPDATE Sessions SET Cost = 1 WHERE Id IN (SELECT SessionId FROM UsageRecords WHERE Price = 1)", "[Price]")]
    [TestCase("UPDATE Sessions SET Cost = 1; IF @@ROWCOUNT = 0 INSERT INTO Sessions (Price) VALUES (1)", "[Price]")]
    public void Missing_name_is_detected(string text, string missing)
    {
        using var model = Schema.ToModel();
#pragma warning disable CA2100 // Constants from the cases above.
        using var command = new SqlCommand(text);
#pragma warning restore CA2100
        AddProcedure(model, "P", command);
        Assert.That(model.Validate().Select(message => message.Message), Has.Some.Contains(missing));
    }

    [TestCaseSource(typeof(LedgerCommands), nameof(LedgerCommands.All))]
    public void Every_parameter_has_the_type_of_its_column(string name, int size)
    {
        using var command = LedgerCommands.Make(name, size);
        var tree = TransactSql.Parse(command.CommandText);
        var parameters = command.Parameters.Cast<SqlParameter>().ToDictionary(parameter => parameter.ParameterName, TransactSql.TypeOf);
        if (tree.All<OpenJsonTableReference>() is [var rows, ..])
        {
            // The columns of the rows take the place of the parameters. The number of a row is compared with nothing, and bytes are cut out.
            parameters = rows.SchemaDeclarationItems.Select(item => item.ColumnDefinition)
                .Where(column => !column.ColumnIdentifier.Value.EndsWith("__start", StringComparison.Ordinal)
                    && !column.ColumnIdentifier.Value.EndsWith("__length", StringComparison.Ordinal)
                    && column.ColumnIdentifier.Value != JsonRows.Row)
                .ToDictionary(column => "v." + column.ColumnIdentifier.Value, column => TransactSql.TextOf(column.DataType).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant());
        }

        var uses = ColumnUse.In(tree).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(uses.Select(use => use.Parameter).Distinct(), Is.EquivalentTo(parameters.Keys), "Each is used with a column.");
            Assert.That(
                uses.Select(use => $"{use} {parameters[use.Parameter]}"),
                Is.EqualTo(uses.Select(use => $"{use} {SqlServerSchema.TypeOf(Schema.Tables[use.Table][use.Column])}")));
        });
    }

    [TestCaseSource(typeof(LedgerCommands), nameof(LedgerCommands.All))]
    public void Every_insert_has_a_value_for_each_column(string name, int size)
    {
        using var command = LedgerCommands.Make(name, size);
        foreach (var insert in TransactSql.Parse(command.CommandText).All<InsertSpecification>())
        {
            var names = insert.Columns.Select(column => column.MultiPartIdentifier.Identifiers[^1].Value).ToArray();
            var columns = Schema.Tables[((NamedTableReference)insert.Target).SchemaObject.BaseIdentifier.Value].Values;
            Assert.Multiple(() =>
            {
                Assert.That(
                    names,
                    Is.EquivalentTo(columns.Where(column => column.IdentityOptions is null).Select(column => column.ColumnIdentifier.Value)));
                Assert.That(ColumnUse.ValuesOf(insert), Has.Count.EqualTo(names.Length));
            });
        }
    }

    private static void AddProcedure(TSqlModel model, string name, SqlCommand command)
    {
        var parameters = command.Parameters.Cast<SqlParameter>().Select(parameter => $"{parameter.ParameterName} {TransactSql.TypeOf(parameter)}");
        model.AddObjects($"CREATE PROCEDURE [{name}] {string.Join(", ", parameters)} AS\n{command.CommandText}");
    }
}
