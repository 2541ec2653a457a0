using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>The settings that every connection to the file needs. Rule 1 depends on them.</summary>
internal sealed class SqliteSettingsTests
{
    private const int Full = 2;
    private const int TimeoutSeconds = 7;

    private TestDatabase database = null!;
    private ServiceProvider services = null!;

    [OneTimeSetUp]
    public async Task MigrateAsync()
    {
        database = await TestDatabase.CreateAsync(Store.Sqlite);
        services = Contexts.RegisteredForSqlite(database.ConnectionString, ("Database:CommandTimeoutSeconds", $"{TimeoutSeconds}"));
        await DatabaseStartup.MigrateAsync(services, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        if (services is not null)
        {
            await services.DisposeAsync();
        }

        await (database?.DisposeAsync() ?? default);
    }

    [Test]
    public async Task File_has_a_write_ahead_log()
    {
        // Without our settings, because the journal mode is stored in the file.
        await using var connection = new SqliteConnection(database.ConnectionString);
        await connection.OpenAsync();
        Assert.That(await PragmaAsync(connection, "journal_mode"), Is.EqualTo("wal"));
    }

    [Test]
    public Task Connections_of_Entity_Framework_are_durable_and_wait_for_locks() => services.UseAsync(async db =>
    {
        await db.Database.OpenConnectionAsync();
        await AssertSettingsAsync((SqliteConnection)db.Database.GetDbConnection());
        return true;
    });

    [Test]
    public Task Connections_opened_synchronously_by_Entity_Framework_are_durable_and_wait_for_locks() => services.UseAsync(async db =>
    {
        OpenSynchronously(db);
        await AssertSettingsAsync((SqliteConnection)db.Database.GetDbConnection());
        return true;
    });

    [Test]
    public async Task Connections_of_the_ledger_are_durable_and_wait_for_locks()
    {
        await using var connection = await services.GetRequiredService<SqliteConnections>().OpenAsync(CancellationToken.None);
        await AssertSettingsAsync(connection);
    }

    [Test]
    public async Task Reused_connection_is_durable_and_waits_for_locks()
    {
        var connections = services.GetRequiredService<SqliteConnections>();
        await using (var careless = await connections.OpenAsync(CancellationToken.None))
        {
            await using var command = careless.CreateCommand();
            command.CommandText = "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA busy_timeout = 0";
            await command.ExecuteNonQueryAsync();
        }

        await using var connection = await connections.OpenAsync(CancellationToken.None);
        await AssertSettingsAsync(connection);
    }

    [Test]
    public async Task Deletion_in_the_wrong_order_is_refused()
    {
        await services.UseAsync(async db =>
        {
            await db.Database.ExecuteSqlAsync(RawInserts.Organisation);
            await db.Database.ExecuteSqlAsync(RawInserts.Team);
            return true;
        });

        Assert.That(
            () => services.UseAsync(db => db.Organisations.ExecuteDeleteAsync()),
            Throws.InstanceOf<SqliteException>().With.Message.Contains("FOREIGN KEY"));

        Assert.That(await services.UseAsync(db => db.Teams.ExecuteDeleteAsync()), Is.EqualTo(1));
        Assert.That(await services.UseAsync(db => db.Organisations.ExecuteDeleteAsync()), Is.EqualTo(1));
    }

    private static async Task AssertSettingsAsync(SqliteConnection connection)
    {
        var settings = new[]
        {
            await PragmaAsync(connection, "journal_mode"),
            await PragmaAsync(connection, "synchronous"),
            await PragmaAsync(connection, "foreign_keys"),
            await PragmaAsync(connection, "busy_timeout"),
        };
        Assert.Multiple(() =>
        {
            Assert.That(settings, Is.EqualTo(new object[] { "wal", Full, 1, TimeoutSeconds * 1_000 }));
            Assert.That(connection.DefaultTimeout, Is.EqualTo(TimeoutSeconds));
        });
    }

    private static void OpenSynchronously(EntourageDb db) => db.Database.OpenConnection();

    private static async Task<object?> PragmaAsync(SqliteConnection connection, string name)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of the tests.
        command.CommandText = $"PRAGMA {name}";
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
