using Entourage.Infrastructure.Ledger.SqlServer;
using Entourage.Infrastructure.Persistence;
using Entourage.Infrastructure.Tests.Ledger;
using Entourage.Testing;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>The two SQL Server logins of the compose file: one reads and writes rows, the other changes the schema.</summary>
internal sealed class DatabaseLoginTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["DATABASE"] = "entourage",
        ["APP_LOGIN"] = "entourage_app",
        ["APP_PASSWORD"] = "Aa1-of-the-servers",
        ["SCHEMA_LOGIN"] = "entourage_schema",
        ["SCHEMA_PASSWORD"] = "Aa1-of-the-migrations",
    };

    // Needs only SELECT, INSERT, UPDATE and DELETE.
    private static readonly Type[] RowStatements =
    [
        typeof(SelectStatement), typeof(InsertStatement), typeof(UpdateStatement), typeof(DeleteStatement), typeof(DeclareVariableStatement),
        typeof(SetVariableStatement), typeof(DeclareTableVariableStatement), typeof(PredicateSetStatement), typeof(IfStatement), typeof(BeginEndBlockStatement),
    ];

    [Test]
    public void Script_is_valid_T_SQL_and_grants_each_login_its_roles()
    {
        var trees = TransactSql.Batches(Script(Variables)).Select(TransactSql.Parse).ToArray();

        Assert.That(Script(Variables), Does.Not.Contain("$("), "init.sh sets every variable");
        Assert.That(
            trees.SelectMany(tree => tree.All<AlterRoleStatement>()).Select(role => $"{role.Name.Value} {((AddMemberAlterRoleAction)role.Action).Member.Value}"),
            Is.EquivalentTo(new[]
            {
                "db_datareader entourage_app",
                "db_datawriter entourage_app",
                "db_ddladmin entourage_schema",
                "db_datareader entourage_schema",
                "db_datawriter entourage_schema",
            }));
        Assert.That(trees.SelectMany(tree => tree.All<AlterServerRoleStatement>()), Is.Empty);
        Assert.That(trees.SelectMany(tree => tree.All<GrantStatement>()), Is.Empty);
        Assert.That(trees.SelectMany(tree => tree.All<AlterDatabaseSetStatement>()).Select(TransactSql.TextOf), Has.Exactly(2).Items);
    }

    // The after-restore command reseeds identities, which needs the login that may change the schema.
    private static IEnumerable<TestCaseData> ServerCommands =>
        LedgerCommands.All.Where(command => (string)command.Arguments[0]! != nameof(SqlServerStatements.MoveNumbers));

    [TestCaseSource(nameof(ServerCommands))]
    public void Ledger_needs_only_the_permission_to_read_and_write_rows(string name, int size)
    {
        using var command = LedgerCommands.Make(name, size);
        var tree = TransactSql.Parse(command.CommandText);
        Assert.That(tree.All<TSqlStatement>().Select(statement => statement.GetType()).Distinct(), Is.SubsetOf(RowStatements), command.CommandText);
        Assert.That(tree.All<SchemaObjectName>().Select(item => item.SchemaIdentifier?.Value), Has.None.EqualTo("sys"), command.CommandText);
    }

    [Test]
    public async Task Migrations_and_queries_run_with_separate_logins()
    {
        await using var database = await TestDatabase.CreateAsync(Store.SqlServer);
        var admin = new SqlConnectionStringBuilder(database.ConnectionString);
        var names = new Dictionary<string, string>(Variables)
        {
            ["DATABASE"] = admin.InitialCatalog,
            ["APP_LOGIN"] = admin.InitialCatalog + "_app",
            ["SCHEMA_LOGIN"] = admin.InitialCatalog + "_schema",
        };
        try
        {
            for (var times = 0; times < 2; times++)
            {
                await RunAsync(new SqlConnectionStringBuilder(admin.ToString()) { InitialCatalog = "master" }.ToString(), Script(names));
            }

            var (app, schema) = (As("APP"), As("SCHEMA"));
            await using (var db = Db(schema))
            {
                await db.Database.MigrateAsync();
            }

            await using (var db = Db(app))
            {
                Assert.That(await db.Database.GetPendingMigrationsAsync(), Is.Empty);
                Assert.That(await db.Organisations.CountAsync(), Is.Zero);
                await using var snapshot = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Snapshot);
                Assert.That(await db.Organisations.CountAsync(), Is.Zero);
            }

            Assert.That(async () => await RunAsync(app, "CREATE TABLE Mine (Id int)"), Throws.TypeOf<SqlException>());
            Assert.That(async () => await RunAsync(app, "DISABLE TRIGGER AuditEntries_NoDelete ON AuditEntries"), Throws.TypeOf<SqlException>());
            Assert.That(async () => await RunAsync(app, "TRUNCATE TABLE AuditEntries"), Throws.TypeOf<SqlException>());
        }
        finally
        {
            SqlConnection.ClearAllPools();
            foreach (var login in new[] { names["APP_LOGIN"], names["SCHEMA_LOGIN"] })
            {
                await RunAsync(new SqlConnectionStringBuilder(admin.ToString()) { InitialCatalog = "master" }.ToString(), $"IF SUSER_ID(N'{login}') IS NOT NULL DROP LOGIN [{login}]");
            }
        }

        string As(string role) => new SqlConnectionStringBuilder(admin.ToString())
        {
            IntegratedSecurity = false,
            UserID = names[role + "_LOGIN"],
            Password = names[role + "_PASSWORD"],
        }.ToString();
    }

    private static SqlServerEntourageDb Db(string connectionString) =>
        SqlServerDesignTimeFactory.Create(new DbContextOptionsBuilder<SqlServerEntourageDb>().UseSqlServer(connectionString).Options);

    private static async Task RunAsync(string connectionString, string script)
    {
        await using var connection = new SqlConnection(connectionString);
        await connection.OpenAsync();
        foreach (var batch in TransactSql.Batches(script))
        {
#pragma warning disable CA2100 // A script of this repository.
            await using var command = new SqlCommand(batch, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
    }

    private static string Script(IReadOnlyDictionary<string, string> variables) => variables.Aggregate(
        File.ReadAllText(Path.Combine(SourceTree.Root, "docker/sqlserver/init.sql")),
        (text, variable) => text.Replace($"$({variable.Key})", variable.Value, StringComparison.Ordinal));
}
