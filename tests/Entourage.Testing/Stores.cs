using System.Globalization;
using Microsoft.Data.SqlClient;
using NUnit.Framework;
using Testcontainers.MsSql;

namespace Entourage.Testing;

/// <summary>A kind of database to test on.</summary>
public enum Store
{
    /// <summary>A file for each fixture.</summary>
    Sqlite,

    /// <summary>A database for each fixture, on a server that may be unavailable.</summary>
    SqlServer,
}

/// <summary>The fixture arguments of tests that run on every store.</summary>
public static class Stores
{
    /// <summary>All stores.</summary>
    public static readonly IReadOnlyList<TestFixtureData> All = [new(Store.Sqlite), new(Store.SqlServer)];
}

/// <summary>An empty database for one fixture. Disposing removes it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly Func<ValueTask> remove;

    private TestDatabase(Store store, string connectionString, Func<ValueTask> remove)
    {
        (Store, ConnectionString) = (store, connectionString);
        this.remove = remove;
    }

    /// <summary>The kind of database.</summary>
    public Store Store { get; }

    /// <summary>The connection string.</summary>
    public string ConnectionString { get; }

    /// <summary>The path of the SQLite file.</summary>
    public string FilePath => new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(ConnectionString).DataSource;

    /// <summary>The settings that make the API use this database.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Database:Provider"] = Store.ToString(),
        ["ConnectionStrings:Entourage"] = ConnectionString,

        // In every test, so that whatever a test does is also a test of the rows that the ledger keeps in memory.
        ["Database:VerifyImage"] = "true",
    };

    /// <summary>Creates a database. Without a SQL Server, the test is skipped with the reason.</summary>
    public static async Task<TestDatabase> CreateAsync(Store store)
    {
        if (store == Store.SqlServer)
        {
            var server = await SqlServer.ConnectionStringAsync();
            var name = "entourage_" + Guid.CreateVersion7().ToString("N", CultureInfo.InvariantCulture);
            await SqlServer.CreateAsync(server, name);
            var connectionString = new SqlConnectionStringBuilder(server) { InitialCatalog = name }.ToString();
            return new(store, connectionString, () => SqlServer.DropAsync(server, name));
        }

        var folder = Directory.CreateTempSubdirectory("entourage-test-");
        return new(store, $"Data Source={Path.Combine(folder.FullName, "entourage.db")}", () =>
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => remove();
}

/// <summary>The SQL Server of the tests: the one in the environment variable, one in a container, or none.</summary>
internal static class SqlServer
{
    private const string Variable = "ENTOURAGE_TEST_SQLSERVER";
    private const string Image = "mcr.microsoft.com/mssql/server:2022-latest";

    private static readonly Lazy<Task<string>> Container = new(async () =>
    {
        // Shared by all fixtures. The reaper removes it when the process ends.
        var container = new MsSqlBuilder(Image).Build();
        await container.StartAsync();
        return container.GetConnectionString();
    });

    public static async Task<string> ConnectionStringAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } configured)
        {
            return configured;
        }

        if (!File.Exists("/var/run/docker.sock") && Environment.GetEnvironmentVariable("DOCKER_HOST") is null)
        {
            Assert.Ignore($"No SQL Server: {Variable} is not set and there is no Docker engine to start one with.");
        }

        return await Container.Value;
    }

    // Not every server can create and drop several databases at the same time.
    private static readonly SemaphoreSlim Turns = new(1);

    private static async Task<Turn> TakeTurnAsync()
    {
        await Turns.WaitAsync();
        return default;
    }

    private readonly record struct Turn : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Turns.Release();
            return default;
        }
    }

    /// <summary>Creates a database here, because not every server reports a missing one in a way that makes Entity Framework create it.</summary>
    public static async Task CreateAsync(string server, string name)
    {
        await using var turn = await TakeTurnAsync();
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
    }

    public static async ValueTask DropAsync(string server, string name)
    {
        // A database in use cannot be dropped, and pools keep connections open.
        SqlConnection.ClearAllPools();
        await using var turn = await TakeTurnAsync();
        await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {name}");
    }

    private static async Task ExecuteAsync(string server, string statement)
    {
        await using var connection = new SqlConnection(server);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Statements of the tests.
        await using var command = new SqlCommand(statement, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
