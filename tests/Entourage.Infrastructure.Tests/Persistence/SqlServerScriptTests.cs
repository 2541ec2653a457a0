using System.Data.Common;
using Entourage.Domain.Organisations;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Update;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Entourage.Infrastructure.Tests.Persistence;

internal sealed class SqlServerScriptTests
{
    [TestCase(MigrationsSqlGenerationOptions.Script)]
    [TestCase(MigrationsSqlGenerationOptions.Script | MigrationsSqlGenerationOptions.Idempotent)]
    public async Task Migration_script_is_valid_T_SQL_without_merges_and_hints(MigrationsSqlGenerationOptions options)
    {
        await using var db = Contexts.Mapping(Store.SqlServer);
        var batches = TransactSql.Batches(db.GetService<IMigrator>().GenerateScript(options: options));

        Assert.That(batches, Is.Not.Empty);
        foreach (var batch in batches)
        {
            TransactSql.AssertNoMergeOrHint(TransactSql.Parse(batch), batch);
        }
    }

    [Test]
    public async Task Script_that_reverts_the_migrations_is_valid_T_SQL()
    {
        await using var db = Contexts.Mapping(Store.SqlServer);
        var script = db.GetService<IMigrator>().GenerateScript(db.Database.GetMigrations().Last(), Migration.InitialDatabase);

        Assert.That(script, Does.Contain("DROP TABLE"));
        foreach (var batch in TransactSql.Batches(script))
        {
            TransactSql.Parse(batch);
        }
    }

    [Test]
    public async Task Several_rows_with_generated_keys_are_inserted_in_one_round_trip_without_a_merge()
    {
        var capture = new FirstCommand();
        var options = new DbContextOptionsBuilder<SqlServerEntourageDb>()
            .UseSqlServer("Server=localhost;Database=entourage")
            .ReplaceService<IUpdateSqlGenerator, SqlServerInserts>()
            .AddInterceptors(capture, new NoConnection());
        await using var db = SqlServerDesignTimeFactory.Create(options.Options);

        // Needs a connection, which these tests don't have.
        db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        var now = DateTimeOffset.UnixEpoch;
        var team = Team.Create(Organisation.Create("Acme", "acme", now), "Core", "core", "UTC", now);
        for (var i = 0; i < 4; i++)
        {
            db.Tasks.Add(WorkTask.Create(team, new WorkTaskContent("Fix", null, TaskPriority.Low, TaskType.Bugfix, [], null), now));
        }

        Assert.That(() => db.SaveChangesAsync(), Throws.InstanceOf<DbUpdateException>().With.InnerException.InstanceOf<NoServerException>());
        var tree = TransactSql.Parse(capture.Text!);
        Assert.That(tree.All<MergeStatement>(), Is.Empty);
        Assert.That(tree.All<InsertStatement>(), Has.Exactly(4).Items);
    }

    private sealed class NoServerException : Exception;

    private sealed class NoConnection : DbConnectionInterceptor
    {
        public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
            DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(InterceptionResult.Suppress());
    }

    private sealed class FirstCommand : DbCommandInterceptor
    {
        public string? Text { get; private set; }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            Text = command.CommandText;
            throw new NoServerException();
        }
    }
}
