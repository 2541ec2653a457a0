using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>The services of a store as the API registers them, and contexts for reading the mapping.</summary>
internal static class Contexts
{
    // Never opened. It only has to be well formed.
    private const string NoServer = "Server=localhost;Database=entourage";

    /// <summary>The contexts of all stores, without a database.</summary>
    public static readonly IReadOnlyList<Store> Stores = [Store.Sqlite, Store.SqlServer];

    public static EntourageDb Mapping(Store store) => store == Store.Sqlite
        ? new SqliteDesignTimeFactory().CreateDbContext([])
        : new SqlServerDesignTimeFactory().CreateDbContext([]);

    public static ServiceProvider Registered(TestDatabase database) => database.Store == Store.Sqlite
        ? RegisteredForSqlite(database.ConnectionString)
        : RegisteredForSqlServer(database.ConnectionString);

    public static ServiceProvider RegisteredForSqlite(string connectionString, params (string Key, string Value)[] settings) => Registered(
        settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)
            .Append(new("ConnectionStrings:Entourage", connectionString)));

    public static ServiceProvider RegisteredForSqlServer(string connectionString = NoServer, params (string Key, string Value)[] settings) => Registered(
        settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)
            .Append(new("Database:Provider", nameof(DatabaseProvider.SqlServer)))
            .Append(new("ConnectionStrings:Entourage", connectionString)));

    public static async Task<ServiceProvider> MigratedAsync(TestDatabase database)
    {
        var services = Registered(database);
        await DatabaseStartup.MigrateAsync(services, CancellationToken.None);
        return services;
    }

    public static async Task<T> UseAsync<T>(this IServiceProvider services, Func<EntourageDb, Task<T>> use)
    {
        await using var scope = services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<EntourageDb>());
    }

    public static async Task<T> ScalarAsync<T>(this EntourageDb db, string sql)
    {
        await db.Database.OpenConnectionAsync();
        await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // Constants of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static ServiceProvider Registered(IEnumerable<KeyValuePair<string, string?>> settings) => new ServiceCollection()
        .AddLogging()
        .AddInfrastructure(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
        .BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
}
