using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>The context for SQL Server and Azure SQL.</summary>
/// <param name="options">The connection options.</param>
/// <param name="database">The time limit of transactions.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class SqlServerEntourageDb(
    DbContextOptions<SqlServerEntourageDb> options, IOptions<DatabaseOptions> database, TimeProvider time, ILogger<SqlServerEntourageDb> logger)
    : EntourageDb(options)
{
    /// <summary>Compares by code point, as SQLite and .NET do, so that names that differ in case or accents are different.</summary>
    internal const string OrdinalCollation = "Latin1_General_100_BIN2";

    private readonly TimeSpan limit = TimeSpan.FromSeconds(database.Value.CommandTimeoutSeconds);

    /// <summary>Whether the fault is a violation of a unique index.</summary>
    internal static bool IsUniqueViolation(Exception? fault) => SqlServerFaults.IsUniqueViolation(fault);

    /// <inheritdoc/>
    public override Task LockOrganisationAsync(Guid organisationId, CancellationToken cancellationToken) => OrganisationLocks.LockAsync(
        (SqlConnection)Database.GetDbConnection(),
        (SqlTransaction)(Database.CurrentTransaction ?? throw NoTransaction()).GetDbTransaction(),
        organisationId,
        database.Value.CommandTimeoutSeconds,
        cancellationToken);

    /// <inheritdoc/>
    protected override bool IsDuplicate(Exception? fault) => IsUniqueViolation(fault);

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        SqlServerStorage.Configure(modelBuilder);

        // Set for each column, because the operator creates the database with its own collation.
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            if (property.ClrType == typeof(string) && property.GetMaxLength() is not null)
            {
                property.SetCollation(OrdinalCollation);
            }
        }
    }
}
