using Entourage.Testing;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.SqlServer.Dac.Model;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>The tables and indexes that the SQL Server migrations create, read from their script.</summary>
internal sealed class SqlServerSchema
{
    private readonly Dictionary<string, CreateTableStatement> tables = new(StringComparer.Ordinal);
    private readonly List<CreateIndexStatement> indexes = [];
    private readonly List<CreateTriggerStatement> triggers = [];

    private SqlServerSchema(string script)
    {
        foreach (var batch in TransactSql.Batches(script))
        {
            foreach (var statement in ((TSqlScript)TransactSql.Parse(batch)).Batches.SelectMany(part => part.Statements))
            {
                Add(statement);
            }
        }
    }

    /// <summary>The columns of each table.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, ColumnDefinition>> Tables => tables.ToDictionary(
        table => table.Key,
        table => (IReadOnlyDictionary<string, ColumnDefinition>)table.Value.Definition.ColumnDefinitions
            .ToDictionary(column => column.ColumnIdentifier.Value, StringComparer.Ordinal),
        StringComparer.Ordinal);

    /// <summary>The INSTEAD OF triggers.</summary>
    public IReadOnlyList<CreateTriggerStatement> Triggers => triggers;

    public static SqlServerSchema OfMigrations()
    {
        using var db = Contexts.Mapping(Store.SqlServer);
        return new(db.GetService<IMigrator>().GenerateScript());
    }

    /// <summary>The schema as a model for the schema compiler.</summary>
    public TSqlModel ToModel()
    {
        var model = new TSqlModel(SqlServerVersion.Sql160, new TSqlModelOptions());
        foreach (var statement in tables.Values.Concat<TSqlStatement>(indexes).Concat(triggers))
        {
            model.AddObjects(TransactSql.TextOf(statement));
        }

        return model;
    }

    /// <summary>The declared type of a column.</summary>
    public static string TypeOf(ColumnDefinition column) =>
        TransactSql.TextOf(column.DataType).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    public static bool IsNullable(ColumnDefinition column) =>
        column.Constraints.OfType<NullableConstraintDefinition>().SingleOrDefault() is not { Nullable: false };

    private void Add(TSqlStatement statement)
    {
        switch (statement)
        {
            case CreateTableStatement table:
                tables.Add(table.SchemaObjectName.BaseIdentifier.Value, table);
                break;

            case CreateIndexStatement index:
                indexes.Add(index);
                break;

            // A model declares the result, so an added column belongs in the CREATE TABLE.
            case AlterTableAddTableElementStatement added:
                var definition = tables[added.SchemaObjectName.BaseIdentifier.Value].Definition;
                AddAll(definition.ColumnDefinitions, added.Definition.ColumnDefinitions);
                AddAll(definition.TableConstraints, added.Definition.TableConstraints);
                break;

            // A trigger must be alone in its batch, so the script passes it as a text.
            case ExecuteStatement { ExecuteSpecification.ExecutableEntity: ExecutableStringList { Strings: [StringLiteral text] } }:
                triggers.Add((CreateTriggerStatement)((TSqlScript)TransactSql.Parse(text.Value)).Batches.Single().Statements.Single());
                break;

            case DropIndexStatement dropped:
                foreach (var clause in dropped.DropIndexClauses.OfType<DropIndexClause>())
                {
                    indexes.RemoveAll(index =>
                        index.Name.Value == clause.Index.Value && index.OnName.BaseIdentifier.Value == clause.Object.BaseIdentifier.Value);
                }

                break;

            case AlterTableDropTableElementStatement dropped:
                var remaining = tables[dropped.SchemaObjectName.BaseIdentifier.Value].Definition;
                foreach (var element in dropped.AlterTableDropTableElements)
                {
                    if (element.TableElementType == TableElementType.Constraint)
                    {
                        remaining.TableConstraints.Remove(
                            remaining.TableConstraints.Single(constraint => constraint.ConstraintIdentifier.Value == element.Name.Value));
                    }
                    else
                    {
                        remaining.ColumnDefinitions.Remove(
                            remaining.ColumnDefinitions.Single(column => column.ColumnIdentifier.Value == element.Name.Value));
                    }
                }

                break;

            case AlterTableAlterColumnStatement altered:
                var column = tables[altered.SchemaObjectName.BaseIdentifier.Value].Definition.ColumnDefinitions
                    .Single(known => known.ColumnIdentifier.Value == altered.ColumnIdentifier.Value);
                column.DataType = altered.DataType;
                column.Constraints.OfType<NullableConstraintDefinition>().Single().Nullable = altered.AlterTableAlterColumnOption == AlterTableAlterColumnOption.Null;
                break;

            // Finds the name of a default constraint, which is dropped before its column.
            case DeclareVariableStatement or SelectStatement:
                break;

            // Not part of the schema: transactions, rows, and Entity Framework's history table, which is created in an IF.
            case BeginTransactionStatement or CommitTransactionStatement or DataModificationStatement or IfStatement or SetOnOffStatement:
                break;

            default:
                throw new NotSupportedException(
                    $"A migration has a statement that this test does not know how to apply: {TransactSql.TextOf(statement)}");
        }

        static void AddAll<T>(IList<T> list, IList<T> more)
        {
            foreach (var item in more)
            {
                list.Add(item);
            }
        }
    }
}
