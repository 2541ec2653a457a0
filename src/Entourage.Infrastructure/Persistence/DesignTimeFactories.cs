using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Creates the SQLite context for <c>dotnet ef</c>.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteEntourageDb>
{
    public SqliteEntourageDb CreateDbContext(string[] args)
    {
        var options = Options.Create(new DatabaseOptions());
        return new(
            new DbContextOptionsBuilder<SqliteEntourageDb>().UseSqlite(DatabaseOptions.DefaultConnectionString).Options,
            new SqliteWriteGate(new SqliteConnections(DatabaseOptions.DefaultConnectionString, options), options));
    }
}

/// <summary>Creates the SQL Server context for <c>dotnet ef</c>, which does not connect.</summary>
internal sealed class SqlServerDesignTimeFactory : IDesignTimeDbContextFactory<SqlServerEntourageDb>
{
    public SqlServerEntourageDb CreateDbContext(string[] args) =>
        Create(new DbContextOptionsBuilder<SqlServerEntourageDb>().UseSqlServer("Server=localhost;Database=entourage").Options);

    /// <summary>Creates a context outside the server, with the default settings.</summary>
    public static SqlServerEntourageDb Create(DbContextOptions<SqlServerEntourageDb> options) =>
        new(options, Options.Create(new DatabaseOptions()), TimeProvider.System, NullLogger<SqlServerEntourageDb>.Instance);
}
