using Entourage.Application.Abstractions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Finds values that do not have the type of their column, which SQLite accepts.</summary>
internal sealed class SqliteIntegrity(EntourageDb db) : IStoreIntegrity
{
    private const int MaxPerTable = 50;

    private const string OfSession = "LEFT JOIN Sessions s ON s.Id = x.SessionId LEFT JOIN Teams t ON t.Id = s.TeamId";

    private const string OfTeam = "LEFT JOIN Teams t ON t.Id = x.TeamId";

    // Each table, with the text that names a row and the join that finds its organisation.
    private static readonly Table[] Tables =
    [
        new("UsageRecords", "x.Sequence", OfSession, "t.OrganisationId", HoldsTotals: false),
        new("CompactedUsage", "'of session ' || x.SessionId", OfSession, "t.OrganisationId", HoldsTotals: false),
        new("Reservations", "hex(x.Id) || ' of session ' || x.SessionId", OfSession, "t.OrganisationId", HoldsTotals: false),
        new("Sessions", "x.Id", OfTeam, "t.OrganisationId", HoldsTotals: true),
        new("UsageRollups", "'of session ' || x.SessionId || ', model ' || x.Model", OfTeam, "t.OrganisationId", HoldsTotals: true),
        new("CostSummaries", "x.Heading || ' ' || x.Item || ' of ' || x.Day", "LEFT JOIN Teams t ON t.Id = x.SubjectId", "COALESCE(t.OrganisationId, x.SubjectId)", HoldsTotals: true),
        new("BudgetCounters", "x.Scope || ' ' || x.ScopeId || ' from ' || x.Start", "", "NULL", HoldsTotals: true),
    ];

    public async Task<IReadOnlyList<CorruptValue>> FindCorruptValuesAsync(CancellationToken cancellationToken)
    {
        var found = new List<CorruptValue>();
        foreach (var table in Tables)
        {
            var columns = ColumnsOf(table);
            foreach (var part in new[] { columns.Where(column => IsTotal(table, column)), columns.Where(column => !IsTotal(table, column)) })
            {
                found.AddRange(await FindAsync(table, [.. part], cancellationToken));
            }
        }

        return found;
    }

    public async Task CleanTotalsAsync(CancellationToken cancellationToken)
    {
        foreach (var table in Tables)
        {
            foreach (var column in ColumnsOf(table).Where(column => IsTotal(table, column)))
            {
#pragma warning disable EF1002 // Names of the model.
                await db.Database.ExecuteSqlRawAsync(
                    $"UPDATE {table.Name} SET {column} = CAST({column} AS INTEGER) WHERE typeof({column}) <> 'integer'", cancellationToken);
#pragma warning restore EF1002
            }
        }
    }

    private async Task<IEnumerable<CorruptValue>> FindAsync(Table table, string[] columns, CancellationToken cancellationToken)
    {
        if (columns.Length == 0)
        {
            return [];
        }

        var names = string.Join(" || ", columns.Select(column => $"CASE WHEN {IsCorrupt(column)} THEN ' {column} (' || typeof(x.{column}) || ')' ELSE '' END"));
#pragma warning disable EF1002, EF1003 // Names of the model.
        var rows = await db.Database.SqlQueryRaw<Row>(
            $"SELECT COALESCE(hex({table.Organisation}), '') AS Organisation, CAST(COALESCE({table.Row}, '?') AS TEXT) AS Name, {names} AS Columns "
            + $"FROM {table.Name} x {table.Join} WHERE {string.Join(" OR ", columns.Select(IsCorrupt))} LIMIT {MaxPerTable}").ToListAsync(cancellationToken);
#pragma warning restore EF1002, EF1003
        return rows.Select(row => new CorruptValue(
            row.Organisation.Length == 32 ? new Guid(Convert.FromHexString(row.Organisation), bigEndian: true) : null,
            $"{table.Name} {row.Name}: not a whole number in{row.Columns}",
            IsTotal(table, columns[0])));
    }

    private List<string> ColumnsOf(Table table)
    {
        var type = db.Model.GetEntityTypes().Single(entity => entity.GetTableName() == table.Name);
        var store = StoreObjectIdentifier.Table(table.Name);
        return
        [
            .. type.GetFlattenedProperties()
                .Where(property => property.GetColumnType() == "INTEGER")
                .Select(property => property.GetColumnName(store)!)
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string IsCorrupt(string column) => $"typeof(x.{column}) NOT IN ('integer', 'null')";

    private static bool IsTotal(Table table, string column) => table.HoldsTotals
        && (column is "Spent" or "Reserved" or "Cost" or "ImputedCost" or "Sessions" or "SummarisedSessions"
            || column.EndsWith("Tokens", StringComparison.Ordinal)
            || column.EndsWith("Usd", StringComparison.Ordinal));

    private sealed record Table(string Name, string Row, string Join, string Organisation, bool HoldsTotals);

    private sealed record Row(string Organisation, string Name, string Columns);
}

/// <summary>The integrity check of a store that enforces column types, so there is nothing to find.</summary>
internal sealed class TypedStoreIntegrity : IStoreIntegrity
{
    public Task<IReadOnlyList<CorruptValue>> FindCorruptValuesAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CorruptValue>>([]);

    public Task CleanTotalsAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
