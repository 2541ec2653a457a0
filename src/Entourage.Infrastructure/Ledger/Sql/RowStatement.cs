namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>
/// A statement that writes one row. It has a text with parameters, for SQLite, and its parts, from which SQL Server gets a statement that writes any
/// number of rows.
/// </summary>
internal sealed class RowStatement<TRow>
{
    private RowStatement(string text, string table, RowBinding<TRow> binding) => (Text, Table, Binding) = (text, table, binding);

    /// <summary>The statement for one row.</summary>
    public string Text { get; }

    public string Table { get; }

    /// <summary>The parameters.</summary>
    public RowBinding<TRow> Binding { get; }

    /// <summary>Whether it inserts the row. If it has <see cref="Changes"/> too, it inserts the row only if there is none to change.</summary>
    public bool Inserts { get; private init; }

    /// <summary>What it assigns to a row; null if it inserts or deletes one.</summary>
    public string? Changes { get; private init; }

    /// <summary>The condition that identifies the row; null if it only inserts.</summary>
    public string? Condition { get; private init; }

    public static RowStatement<TRow> Insert(string table, RowBinding<TRow> row) =>
        new(InsertText(table, row), table, row) { Inserts = true };

    public static RowStatement<TRow> Update(string table, string changes, string condition, RowBinding<TRow> binding) =>
        new($"UPDATE {table} SET {changes} WHERE {condition}", table, binding) { Changes = changes, Condition = condition };

    /// <summary>Changes a row, or inserts it if there is none.</summary>
    public static RowStatement<TRow> Upsert(string table, string changes, string condition, RowBinding<TRow> row) =>
        new($"{InsertText(table, row)} ON CONFLICT DO UPDATE SET {changes}", table, row) { Inserts = true, Changes = changes, Condition = condition };

    public static RowStatement<TRow> Delete(string table, string condition, RowBinding<TRow> key) =>
        new($"DELETE FROM {table} WHERE {condition}", table, key) { Condition = condition };

    private static string InsertText(string table, RowBinding<TRow> row) => $"INSERT INTO {table} ({row.Names}) VALUES ({row.Values})";
}
