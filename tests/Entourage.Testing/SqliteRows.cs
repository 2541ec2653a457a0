using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Entourage.Testing;

/// <summary>Reads rows of a SQLite store as text, for tests that compare all that it holds.</summary>
public static class SqliteRows
{
    /// <summary>Runs a query.</summary>
    /// <returns>A line for each row, with bytes in hexadecimal.</returns>
    public static async Task<IReadOnlyList<string>> ReadRowsAsync(this SqliteConnection store, string sql)
    {
        ArgumentNullException.ThrowIfNull(store);
        await using var command = store.CreateCommand();
#pragma warning disable CA2100 // A constant or the name of a table.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        List<string> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(index => reader.GetValue(index) is byte[] bytes
                ? Convert.ToHexString(bytes)
                : Convert.ToString(reader.GetValue(index), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    /// <summary>The names of all tables, in order.</summary>
    public static Task<IReadOnlyList<string>> ReadTablesAsync(this SqliteConnection store) =>
        store.ReadRowsAsync("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
}
