using Entourage.Infrastructure.Ledger.SqlServer;
using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>Where numbering continues after a restore, and that every numbered table is covered.</summary>
internal sealed class RestoredNumbersTests
{
    private const long GreatestExactNumber = 1L << 53;

    private static readonly DateTimeOffset Now = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Restored_numbers_exceed_all_earlier_ones_and_are_exact_in_JavaScript()
    {
        var start = RestoredNumbers.StartAfter(0, Now);
        Assert.That(RestoredNumbers.StartAfter(0, Now.AddSeconds(1)), Is.EqualTo(start + 1_000_000), "a million a second");
        Assert.That(RestoredNumbers.StartAfter(start + 5, Now), Is.GreaterThan(start + 5), "the clock was set back or stopped");
        Assert.That(RestoredNumbers.StartAfter(0, new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero)), Is.LessThan(GreatestExactNumber));
        Assert.That(() => RestoredNumbers.StartAfter(GreatestExactNumber - 10, Now), Throws.InstanceOf<IOException>().With.Message.Contains("2^53"));
    }

    [Test]
    public void Identity_tables_of_SQL_Server_are_those_of_the_mapping() => Assert.That(
        SqlServerSchema.OfMigrations().Tables
            .Where(table => table.Value.Values.Any(column => column.IdentityOptions is not null))
            .Select(table => table.Key),
        // The number of a telemetry process only orders its rows on the disk.
        Is.EquivalentTo(SqlServerStatements.NumberedTables.Append("SourceProcesses")));

    [Test]
    public async Task SQLite_reuses_no_number_and_continues_far_ahead_after_a_restore()
    {
        await using var database = await TestDatabase.CreateAsync(Store.Sqlite);
        await using (await Contexts.MigratedAsync(database))
        {
        }

        SqliteConnection.ClearAllPools();
        await using var services = Contexts.Registered(database);
        var moved = await services.GetRequiredService<IStoreNumbers>().MoveAsync(Now);

        await using var connection = new SqliteConnection($"Data Source={database.FilePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, seq FROM sqlite_sequence";
        await using var reader = await command.ExecuteReaderAsync();
        var sequences = new Dictionary<string, long>();
        while (await reader.ReadAsync())
        {
            sequences.Add(reader.GetString(0), reader.GetInt64(1));
        }

        using var mapping = Contexts.Mapping(Store.Sqlite);
        var numbered = mapping.GetService<IDesignTimeModel>().Model.GetEntityTypes()
            .Where(entity => entity.FindPrimaryKey()?.Properties is [{ ValueGenerated: ValueGenerated.OnAdd } key] && key.ClrType == typeof(long))
            .Select(entity => entity.GetTableName());
        Assert.That(sequences.Keys, Is.EquivalentTo(SqlServerStatements.NumberedTables));
        Assert.That(numbered, Is.EquivalentTo(SqlServerStatements.NumberedTables));
        Assert.That(sequences.Values, Is.All.EqualTo(moved.Start));
    }
}
