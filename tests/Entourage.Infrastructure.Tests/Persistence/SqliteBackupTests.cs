using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>Backups, and which stores a restore may replace.</summary>
internal sealed class SqliteBackupTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    private TestDatabase database = null!;

    private string Store => database.FilePath;

    private string Copy => Store + ".backup";

    private string ReplacedStore => Store + ".replaced-20260610T120000Z";

    [SetUp]
    public async Task CreateAsync()
    {
        database = await TestDatabase.CreateAsync(Testing.Store.Sqlite);
        await using var services = await Contexts.MigratedAsync(database);
        await WriteAsync("one");
        await BackUpAsync();
        await WriteAsync("two");
    }

    [TearDown]
    public async Task RemoveAsync() => await (database?.DisposeAsync() ?? default);

    [Test]
    public async Task Backup_is_one_file_with_the_mode_of_the_store()
    {
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(Store)!, "*.backup*"), Is.EqualTo(new[] { Copy }));
        Assert.That(await ReadAsync(Copy), Is.EqualTo("one"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(Copy), Is.EqualTo(File.GetUnixFileMode(Store)));
        }
    }

    [Test]
    public async Task Existing_file_is_replaced_only_on_request()
    {
        Assert.That(() => BackUpAsync(), Throws.InstanceOf<IOException>().With.Message.Contains("--force"));
        Assert.That(await ReadAsync(Copy), Is.EqualTo("one"));
        await BackUpAsync(replace: true);
        Assert.That(await ReadAsync(Copy), Is.EqualTo("one, two"));
        Assert.That(() => BackUpAsync(Store, replace: true), Throws.InstanceOf<IOException>().With.Message.Contains("the store itself"));
    }

    [Test]
    public async Task Restored_store_equals_the_backup_and_the_replaced_one_is_kept_with_its_log()
    {
        await using (var other = new SqliteConnection($"Data Source={Store};Pooling=False"))
        {
            await other.OpenAsync();
            await using var reading = other.CreateCommand();
            reading.CommandText = "SELECT COUNT(*) FROM Teams";
            await reading.ExecuteScalarAsync();
            await WriteAsync("three");
            Assert.That(File.Exists(Store + "-wal"));
            Assert.That(() => RestoreAsync(), Throws.InstanceOf<IOException>().With.Message.Contains("Another program"));
            Assert.That(await ReadAsync(Store), Is.EqualTo("one, two, three"));
        }

        Assert.That((await RestoreAsync()).Kept, Is.EqualTo(ReplacedStore));
        Assert.That((await ReadAsync(Store), await ReadAsync(ReplacedStore), await ReadAsync(Copy)), Is.EqualTo(("one", "one, two, three", "one")));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(Store)!, "*-wal"), Is.Empty);
        await using var services = await Contexts.MigratedAsync(database);
    }

    [Test]
    public async Task Store_in_use_by_an_idle_server_is_not_replaced()
    {
        await using (var services = Contexts.Registered(database))
        {
            await (await services.GetRequiredService<SqliteConnections>().OpenAsync(CancellationToken.None)).DisposeAsync();
            Assert.That(() => RestoreAsync(), Throws.InstanceOf<IOException>().With.Message.Contains("Stop it first"));
        }

        SqliteConnection.ClearAllPools();
        await RestoreAsync();
        Assert.That(await ReadAsync(Store), Is.EqualTo("one"));
    }

    [Test]
    public async Task Server_does_not_start_on_a_store_that_is_being_restored()
    {
        using (SqliteStoreUse.TakeExclusive(Store))
        {
            Assert.That(() => Contexts.MigratedAsync(database), Throws.InstanceOf<IOException>().With.Message.Contains("being restored"));
        }

        await using var services = await Contexts.MigratedAsync(database);
    }

    [Test]
    public async Task Missing_or_damaged_store_is_restored()
    {
        File.Delete(Store);
        await File.WriteAllTextAsync(Store + "-wal", "of a store that is gone");
        Assert.That((await RestoreAsync()).Kept, Is.Null);
        Assert.That(await ReadAsync(Store), Is.EqualTo("one"));
        Assert.That(await File.ReadAllTextAsync(ReplacedStore + "-wal"), Is.EqualTo("of a store that is gone"));

        File.Delete(ReplacedStore + "-wal");
        await File.WriteAllTextAsync(Store, new string('x', 100_000));
        await File.WriteAllTextAsync(Store + "-wal", "of a damaged store");
        Assert.That((await RestoreAsync()).Kept, Is.EqualTo(ReplacedStore));
        Assert.That(await ReadAsync(Store), Is.EqualTo("one"));
        Assert.That(await File.ReadAllTextAsync(ReplacedStore + "-wal"), Is.EqualTo("of a damaged store"));
    }

    [TestCase("no file", "There is no file")]
    [TestCase("a text", "cannot be copied")]
    [TestCase("another program's", "not an Entourage database")]
    [TestCase("a newer version's", "20990101000000_Later")]
    [TestCase("a damaged one", "")]
    public async Task Invalid_backup_is_refused_and_changes_nothing(string what, string says)
    {
        await DamageAsync(what);
        Assert.That(() => RestoreAsync(), Throws.InstanceOf<IOException>().With.Message.Contains(says));
        Assert.That(await ReadAsync(Store), Is.EqualTo("one, two"));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(Store)!, "*.partial*"), Is.Empty);
        Assert.That(File.Exists(ReplacedStore), Is.False);
    }

    private async Task DamageAsync(string what)
    {
        switch (what)
        {
            case "no file":
                File.Delete(Copy);
                break;
            case "a text":
                await File.WriteAllTextAsync(Copy, new string('x', 100_000));
                break;
            case "another program's":
                await ExecuteAsync(Copy, "DROP TABLE __EFMigrationsHistory");
                break;
            case "a newer version's":
                await ExecuteAsync(Copy, "INSERT INTO __EFMigrationsHistory VALUES ('20990101000000_Later', '99')");
                break;
            default:
                var bytes = await File.ReadAllBytesAsync(Copy);
                for (var at = 3 * 4_096; at < bytes.Length; at += 4_096)
                {
                    bytes.AsSpan(at, 100).Fill(0x55);
                }

                await File.WriteAllBytesAsync(Copy, bytes);
                break;
        }
    }

    private async Task BackUpAsync(string? file = null, bool replace = false)
    {
        await using var services = Contexts.Registered(database);
        await services.GetRequiredService<SqliteBackup>().BackUpAsync(file ?? Copy, replace, Now, CancellationToken.None);
    }

    private async Task<RestoredStore> RestoreAsync()
    {
        SqliteConnection.ClearAllPools();
        await using var services = Contexts.Registered(database);
        return await services.GetRequiredService<SqliteBackup>().RestoreAsync(Copy, Now);
    }

    private Task WriteAsync(string name) => ExecuteAsync(
        Store, $"INSERT INTO Organisations (Id, Name, Slug, CreatedAt, Version) VALUES (randomblob(16), '{name}', '{name}', 0, 1)");

    private static async Task ExecuteAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string?> ReadAsync(string file)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Mode=ReadOnly");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat(Name, ', ') FROM (SELECT Name FROM Organisations ORDER BY rowid)";
        return await command.ExecuteScalarAsync() as string;
    }
}
