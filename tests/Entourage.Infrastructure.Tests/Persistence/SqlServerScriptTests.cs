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
    public async Task Handlers_write_each_row_in_its_own_statement()
    {
        await using var services = Contexts.RegisteredForSqlServer();
        await services.UseAsync(db =>
        {
            Assert.That(RelationalOptionsExtension.Extract(db.GetService<IDbContextOptions>()).MaxBatchSize, Is.EqualTo(1));
            return Task.FromResult(true);
        });
    }

    // Checks the effect as well as the option, with generated keys, for which EF batches rows if it may.
    [TestCase(1, ExpectedResult = 0)]
    [TestCase(42, ExpectedResult = 1)]
    public async Task<int> Several_rows_are_merged_only_when_they_may_share_a_statement(int batchSize)
    {
        var capture = new FirstCommand();
        var options = new DbContextOptionsBuilder<SqlServerEntourageDb>()
            .UseSqlServer("Server=localhost;Database=entourage", server => server.MaxBatchSize(batchSize))
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
        return TransactSql.Parse(capture.Text!).All<MergeStatement>().Count;
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
