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
    public async Task Migrations_match_the_mapping(Store store)
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

        // The prefix is the creation time in seconds, which differs between the stores.
        static IEnumerable<string> NamesOf(EntourageDb db) =>
            db.Database.GetMigrations().Select(id => id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..]);
    }

    [Test]
    public async Task Empty_file_is_migrated_from_nothing()
    {
        await using var services = await Contexts.MigratedAsync(database);

        await services.UseAsync(async db =>
        {
            Assert.That(await db.Database.GetAppliedMigrationsAsync(), Is.EqualTo(db.Database.GetMigrations()));
            foreach (var table in db.Model.GetEntityTypes().Select(entity => entity.GetTableName()))
            {
                // The row with the revision of the keys exists from the beginning.
                Assert.That(await db.ScalarAsync<long>($"""SELECT COUNT(*) FROM "{table}" """), Is.EqualTo(table == "KeyRevisions" ? 1 : 0));
            }

            return true;
        });
    }

    [Test]
    public async Task Store_with_an_unknown_migration_is_refused_and_not_changed()
    {
        await using var services = await Contexts.MigratedAsync(database);
        await services.UseAsync(db => db.Database.ExecuteSqlRawAsync(
            "UPDATE __EFMigrationsHistory SET MigrationId = '20250101000000_Earlier' WHERE MigrationId LIKE '%_Initial'"));
        var before = await services.UseAsync(db => db.Database.GetAppliedMigrationsAsync());

        Assert.That(
            async () => await DatabaseStartup.MigrateAsync(services, CancellationToken.None),
            Throws.InstanceOf<IOException>().With.Message.Contains("20250101000000_Earlier"));
        Assert.That(await services.UseAsync(db => db.Database.GetAppliedMigrationsAsync()), Is.EqualTo(before));
    }

    [Test]
    public async Task Missing_folder_is_created()
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
        await services.UseAsync(db => db.Database.ExecuteSqlAsync(RawInserts.Organisation));

        await DatabaseStartup.MigrateAsync(services, CancellationToken.None);
        await using var later = await Contexts.MigratedAsync(database);

        Assert.That(await later.UseAsync(db => db.Organisations.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task Migration_can_be_switched_off()
    {
        await using var services = Contexts.RegisteredForSqlite(database.ConnectionString, ("Database:MigrateOnStart", "false"));

        await DatabaseStartup.MigrateAsync(services, CancellationToken.None);

        Assert.That(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource, Does.Not.Exist);
    }

    [Test]
    [CancelAfter(Patience.LimitMilliseconds)]
    public async Task Concurrent_starts_on_an_empty_file_all_succeed(CancellationToken cancellationToken)
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
    public async Task Migration_lock_of_a_killed_process_does_not_block(CancellationToken cancellationToken)
    {
        await using var killed = Contexts.Registered(database);
        await killed.UseAsync(async db =>
        {
            // Acquires the lock like Entity Framework and never releases it.
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
    public async Task Lock_file_of_a_killed_process_does_not_block(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource + ".migrating", "", cancellationToken);
        await using var services = Contexts.Registered(database);

        await DatabaseStartup.MigrateAsync(services, cancellationToken);

        Assert.That(await services.UseAsync(db => db.Database.GetPendingMigrationsAsync(cancellationToken)), Is.Empty);
    }
}
