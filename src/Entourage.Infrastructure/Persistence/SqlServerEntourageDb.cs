using System.Data;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Entourage.Infrastructure.Persistence;

/// <summary>The context for SQL Server and Azure SQL.</summary>
/// <param name="options">The connection options.</param>
internal sealed class SqlServerEntourageDb(DbContextOptions<SqlServerEntourageDb> options) : EntourageDb(options)
{
    // Compares by code point, as SQLite and .NET do, so that names that differ in case or accents are different.
    private const string OrdinalCollation = "Latin1_General_100_BIN2";

    private const int UniqueIndex = 2601;
    private const int UniqueConstraint = 2627;

    /// <summary>Whether the fault is a violation of a unique index.</summary>
    internal static bool IsUniqueViolation(Exception? fault) => fault is SqlException { Number: UniqueIndex or UniqueConstraint };

    /// <inheritdoc/>
    protected override Task<IDbContextTransaction> BeginReadingAsync(CancellationToken cancellationToken) =>
        Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);

    /// <inheritdoc/>
    protected override bool IsDuplicate(Exception? fault) => IsUniqueViolation(fault);

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

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
