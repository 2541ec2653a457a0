using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Entourage.Infrastructure.Tests.Persistence;

internal sealed class MigrationTests
{
    private const int Processes = 4;

    private TestDatabase database = null!;

    [SetUp]
    public async Task CreateAsync() => database = await TestDatabase.CreateAsync(Store.Sqlite);

    [TearDown]
    public async Task RemoveAsync() => await database.DisposeAsync();

    [TestCaseSource(typeof(Contexts), nameof(Contexts.Stores))]
    public async Task Migrations_are_in_step_with_the_mapping(Store store)
    {
        await using var db = Contexts.Mapping(store);
        Assert.That(db.Database.HasPendingModelChanges(), Is.False, "Add a migration to both stores.");
    }

    [Test]
    public async Task Both_stores_have_the_same_migrations()
    {
        await using var sqlite = Contexts.Mapping(Store.Sqlite);
        await using var sqlServer = Contexts.Mapping(Store.SqlServer);
        Assert.That(NamesOf(sqlite), Is.EqualTo(NamesOf(sqlServer)));

        // What is before the name is when it was made, in seconds, one store after the other.
        static IEnumerable<string> NamesOf(EntourageDb db) =>
            db.Database.GetMigrations().Select(id => id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..]);
    }

    [Test]
    public async Task An_empty_file_is_migrated_from_nothing()
    {
        await using var services = await Contexts.MigratedAsync(database);

        await services.UseAsync(async db =>
        {
            Assert.That(await db.Database.GetAppliedMigrationsAsync(), Is.EqualTo(db.Database.GetMigrations()));
            foreach (var table in db.Model.GetEntityTypes().Select(entity => entity.GetTableName()))
            {
                // The row that says how often keys were revoked is there from the beginning.
                Assert.That(await db.ScalarAsync<long>($"""SELECT COUNT(*) FROM "{table}" """), Is.EqualTo(table == "KeyRevisions" ? 1 : 0));
            }

            return true;
        });
    }

    [Test]
    public async Task What_an_earlier_version_recorded_is_summarised_as_it_was()
    {
        await using var services = Contexts.Registered(database);
        await services.UseAsync(async db =>
        {
            await db.GetService<IMigrator>().MigrateAsync("Prices");
            await db.Database.ExecuteSqlAsync(Some.Organisation);
            foreach (var row in Some.SessionOfAnEarlierVersion(TimeSpan.FromMinutes(7)))
            {
                await db.Database.ExecuteSqlAsync(row);
            }

            return true;
        });

        await DatabaseStartup.MigrateAsync(services, CancellationToken.None);

        Assert.That(
            await services.UseAsync(db => db.UsageRollups.OrderBy(rollup => rollup.QuarterAt).Select(rollup => new { rollup.Sessions, rollup.IsSummarised }).ToListAsync()),
            Is.EqualTo(new[] { new { Sessions = 0, IsSummarised = false }, new { Sessions = 1, IsSummarised = false } }));
    }

    [Test]
    public async Task Totals_of_an_earlier_version_are_split_in_two_parts_and_joined_again()
    {
        await using var services = Contexts.Registered(database);
        await services.UseAsync(async db =>
        {
            await db.GetService<IMigrator>().MigrateAsync("AuditAndTelemetry");
            await db.Database.ExecuteSqlRawAsync(
                """
                INSERT INTO BudgetCounters (Scope, ScopeId, Period, Start, Spent, Reserved) VALUES
                (2, 'a', 1, 20260610, 7500000000000000001, 3), (2, 'b', 1, 20260610, -1200000000000000000, 999999999999999999), (2, 'c', 1, 20260610, 5, 1000000000000000000)
                """);
            return true;
        });

        await DatabaseStartup.MigrateAsync(services, CancellationToken.None);

        Assert.That(await PartsAsync(), Is.EqualTo(new[]
        {
            (7L, 500_000_000_000_000_001L, 0L, 3L), (-1L, -200_000_000_000_000_000L, 0L, 999_999_999_999_999_999L), (0L, 5L, 1L, 0L),
        }));

        await services.UseAsync(async db =>
        {
            await db.GetService<IMigrator>().MigrateAsync("AuditAndTelemetry");
            Assert.That(await db.ScalarAsync<long>("SELECT Spent FROM BudgetCounters WHERE ScopeId = 'a'"), Is.EqualTo(7_500_000_000_000_000_001L));
            Assert.That(await db.ScalarAsync<long>("SELECT Reserved FROM BudgetCounters WHERE ScopeId = 'c'"), Is.EqualTo(1_000_000_000_000_000_000L));
            return true;
        });

        Task<List<(long, long, long, long)>> PartsAsync() => services.UseAsync(async db =>
            (await db.BudgetCounters.OrderBy(counter => counter.ScopeId).ToListAsync())
                .ConvertAll(counter => (counter.SpentBillionUsd, counter.SpentNanoUsd, counter.ReservedBillionUsd, counter.ReservedNanoUsd)));
    }

    [TestCase("Record", null, "Assume", TestName = "A team that kept the default assumes")]
    [TestCase("Record", "{\"unpriced_models\":\"record\"}", "Record", TestName = "A team that went back to recording has chosen it")]
    [TestCase("Record", "{\"daily_cost_limit_usd\":4}", "Assume", TestName = "A team that changed something else kept the default")]
    [TestCase("Refuse", "{\"unpriced_models\":\"refuse\"}", "Refuse", TestName = "A team that refuses still refuses")]
    public async Task What_a_team_wants_of_models_without_a_price_is_kept_where_it_was_chosen(string stored, string? audited, string expected)
    {
        await using var services = Contexts.Registered(database);
        await services.UseAsync(async db =>
        {
            await db.GetService<IMigrator>().MigrateAsync("AuditedIdentities");
            await db.Database.ExecuteSqlAsync(Some.Organisation);
            await db.Database.ExecuteSqlAsync(Some.Team);
            await db.Database.ExecuteSqlAsync($"UPDATE Teams SET UnpricedModels = {stored}");
            if (audited is not null)
            {
                await db.Database.ExecuteSqlAsync(
                    $"""
                     INSERT INTO AuditEntries (OccurredAt, TeamId, Actor, Action, SubjectKind, SubjectId, OldValue, NewValue)
                     SELECT 0, Id, 'Ada', 'TeamSettingsChanged', 'Team', 'core', NULL, {audited} FROM Teams
                     """);
            }

            return true;
        });

        await DatabaseStartup.MigrateAsync(services, CancellationToken.None);

        Assert.That(
            await services.UseAsync(async db => (await db.Teams.Select(team => team.Limits.UnpricedModels).SingleAsync()).ToString()), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_folder_that_is_not_there_is_made()
    {
        var path = new SqliteConnectionStringBuilder(database.ConnectionString).DataSource;
        var nested = Path.Combine(Path.GetDirectoryName(path)!, "a", "b", "entourage.db");
        await using var services = Contexts.RegisteredForSqlite($"Data Source={nested}");

        await DatabaseStartup.MigrateAsync(services, CancellationToken.None);

        Assert.That(nested, Does.Exist);
    }

    [Test]
    public async Task Migrating_twice_is_harmless()
    {
        await using var services = await Contexts.MigratedAsync(database);
        await services.UseAsync(db => db.Database.ExecuteSqlAsync(Some.Organisation));

        await DatabaseStartup.MigrateAsync(services, CancellationToken.None);
        await using var later = await Contexts.MigratedAsync(database);

        Assert.That(await later.UseAsync(db => db.Organisations.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task Nothing_is_migrated_when_that_is_switched_off()
    {
        await using var services = Contexts.RegisteredForSqlite(database.ConnectionString, ("Database:MigrateOnStart", "false"));

        await DatabaseStartup.MigrateAsync(services, CancellationToken.None);

        Assert.That(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource, Does.Not.Exist);
    }

    [Test]
    [CancelAfter(Patience.LimitMilliseconds)]
    public async Task Several_processes_that_start_at_once_on_an_empty_file_all_succeed(CancellationToken cancellationToken)
    {
        var hosts = Enumerable.Range(0, Processes).Select(_ => Contexts.Registered(database)).ToArray();
        try
        {
            await Task.WhenAll(hosts.Select(host => Task.Run(() => DatabaseStartup.MigrateAsync(host, cancellationToken), cancellationToken)));

            foreach (var host in hosts)
            {
                Assert.That(await host.UseAsync(db => db.Database.GetPendingMigrationsAsync(cancellationToken)), Is.Empty);
            }
        }
        finally
        {
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }
        }
    }

    [Test]
    [CancelAfter(Patience.LimitMilliseconds)]
    public async Task The_lock_that_a_killed_process_left_does_not_block(CancellationToken cancellationToken)
    {
        await using var killed = Contexts.Registered(database);
        await killed.UseAsync(async db =>
        {
            // Taken as Entity Framework takes it, and never given back.
            await db.GetService<IHistoryRepository>().AcquireDatabaseLockAsync(cancellationToken);
            Assert.That(await db.ScalarAsync<long>("SELECT COUNT(*) FROM __EFMigrationsLock"), Is.EqualTo(1));
            return true;
        });

        await using var services = Contexts.Registered(database);
        await DatabaseStartup.MigrateAsync(services, cancellationToken);

        Assert.That(await services.UseAsync(db => db.Database.GetPendingMigrationsAsync(cancellationToken)), Is.Empty);
    }

    [Test]
    [CancelAfter(Patience.LimitMilliseconds)]
    public async Task A_file_of_the_turn_that_a_killed_process_left_does_not_block(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource + ".migrating", "", cancellationToken);
        await using var services = Contexts.Registered(database);

        await DatabaseStartup.MigrateAsync(services, cancellationToken);

        Assert.That(await services.UseAsync(db => db.Database.GetPendingMigrationsAsync(cancellationToken)), Is.Empty);
    }
}
