using System.Data;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Entourage.Infrastructure.Persistence;

/// <summary>The store in SQL Server or Azure SQL.</summary>
/// <param name="options">How to connect.</param>
public sealed class SqlServerEntourageDb(DbContextOptions<SqlServerEntourageDb> options) : EntourageDb(options)
{
    // Compares by code point, as SQLite and .NET do: names that differ only in case or accents are different names.
    private const string OrdinalCollation = "Latin1_General_100_BIN2";

    private const int UniqueIndex = 2601;
    private const int UniqueConstraint = 2627;

    /// <summary>Whether a fault is a unique index refusing a row.</summary>
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

        // By column, since the database itself is the operator's.
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            if (property.ClrType == typeof(string) && property.GetMaxLength() is not null)
            {
                property.SetCollation(OrdinalCollation);
            }
        }
    }
}
