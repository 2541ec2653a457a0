namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The markers of committed transactions. SQLite has none, because the connection to a file cannot be lost.</summary>
internal static class CommitMarkerSql
{
    /// <summary>To be followed by a comparison of the marker's id.</summary>
    public const string Select = "SELECT m.Id FROM CommitMarkers m WHERE m.Id";

    public static readonly RowStatement<(Guid Id, DateTimeOffset CreatedAt)> Insert = RowStatement<(Guid Id, DateTimeOffset CreatedAt)>.Insert("CommitMarkers", new()
    {
        { Column.Id("Id"), marker => marker.Id },
        { Column.Instant("CreatedAt"), marker => marker.CreatedAt },
    });
}
