using System.Data;
using Entourage.Infrastructure.Ledger.Sql;
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>A query for the rows of any number of keys.</summary>
/// <param name="parameter">The parameter of the keys; null for a query without keys.</param>
/// <param name="key">The columns of a key.</param>
/// <param name="text">Returns the text, given the table of the keys.</param>
/// <param name="read">Reads a row.</param>
/// <param name="keyOf">Returns the key of a row.</param>
/// <param name="comparer">Compares keys; null for the default.</param>
internal sealed class SqlServerQuery<TKey, TRow>(
    string? parameter, RowBinding<TKey> key, Func<string, string> text, Func<SqlRow, TRow> read, Func<TRow, TKey> keyOf, IEqualityComparer<TKey>? comparer = null)
    : ISqlServerText
    where TKey : notnull
{
    public string Text { get; } = text(parameter is null ? "" : JsonRows.Table(parameter, key.Columns));

    public void Bind(SqlParameterCollection parameters, IEnumerable<TKey> keys)
    {
        if (parameter is not null)
        {
            JsonRows.Add(parameters, parameter, key, keys);
        }
    }

    public async Task<List<TRow>> ReadAllAsync(SqlDataReader reader)
    {
        var (rows, row) = (new List<TRow>(), new SqlServerRow(reader));
        while (await reader.ReadAsync())
        {
            rows.Add(read(row));
        }

        return rows;
    }

    /// <summary>The key of a row.</summary>
    public TKey KeyOf(TRow row) => keyOf(row);

    public HashSet<TKey> SetOf(IEnumerable<TKey> keys) => new(keys, comparer);
}

/// <summary>A statement that writes any number of rows. It adds the number of rows that it has written to @written.</summary>
/// <param name="parameter">The parameter of the rows.</param>
/// <param name="statement">The statement for one row.</param>
internal sealed class SqlServerWrite<TRow>(string parameter, RowStatement<TRow> statement) : ISqlServerText
{
    public string Text { get; } = string.Concat(Statements(parameter, statement).Select(text => $"{text};\nSET @written += @@ROWCOUNT;\n"));

    public void Bind(SqlParameterCollection parameters, IEnumerable<TRow> rows) => JsonRows.Add(parameters, parameter, statement.Binding, rows);

    private static IEnumerable<string> Statements(string parameter, RowStatement<TRow> statement)
    {
        var (columns, table) = (statement.Binding.Columns, statement.Table);
        const string order = $" ORDER BY v.{JsonRows.Row}";
        var rows = JsonRows.Table(parameter, columns);
        var insert = $"INSERT INTO {table} ({statement.Binding.Names}) SELECT {JsonRows.Values(statement.Binding.Values, parameter, columns)} FROM {rows}";
        if (statement.Condition is not { } condition)
        {
            yield return insert + order;
            yield break;
        }

        // Nested loops, so that each row is found by its key. A scan would wait for the locks of other organisations.
        var match = $"LOOP JOIN {table} t ON {JsonRows.Condition(condition, parameter, columns)}";
        yield return statement.Changes is { } changes
            ? $"UPDATE t SET {JsonRows.Values(changes, parameter, columns)} FROM {rows} INNER {match}"
            : $"DELETE t FROM {rows} INNER {match}";
        if (statement.Inserts)
        {
            yield return $"{insert} LEFT {match} WHERE t.{statement.Binding.Columns[0].Name} IS NULL{order}";
        }
    }
}

/// <summary>A text that is sent to SQL Server.</summary>
internal interface ISqlServerText
{
    /// <summary>The text, which is always the same.</summary>
    string Text { get; }
}

/// <summary>Adds parameters to a command.</summary>
internal sealed class SqlServerParameters(SqlCommand command) : IParameters
{
    private const int HashLength = 32; // SHA-256, the only bytes that are stored

    public void BindInt64(string name, long? value) => Add(name, SqlDbType.BigInt, value);

    public void BindInt32(string name, int? value) => Add(name, SqlDbType.Int, value);

    public void BindByte(string name, byte value) => Add(name, SqlDbType.TinyInt, value);

    public void BindFlag(string name, bool value) => Add(name, SqlDbType.Bit, value);

    public void BindText(string name, string? value, int length, bool isUnicode) =>
        Add(name, isUnicode ? SqlDbType.NVarChar : SqlDbType.VarChar, value, length);

    public void BindBytes(string name, byte[] value) => Add(name, SqlDbType.Binary, value, HashLength);

    public void BindCompressedText(string name, string value) =>
        Add(name, SqlDbType.VarBinary, CompressedTextConverter.Compress(value), Column.Unlimited);

    public void BindId(string name, Guid? value) => Add(name, SqlDbType.UniqueIdentifier, value);

    public void BindInstant(string name, DateTimeOffset? value) => Add(name, SqlDbType.DateTimeOffset, value);

    private void Add(string name, SqlDbType type, object? value, int size = 0) =>
        command.Parameters.Add(new SqlParameter(name, type, size) { Value = value ?? DBNull.Value });
}

/// <summary>The current row of a SQL Server query.</summary>
internal sealed class SqlServerRow(SqlDataReader reader) : SqlRow
{
    public override bool IsNull(int ordinal) => reader.IsDBNull(ordinal);

    public override long Int64(int ordinal) => reader.GetInt64(ordinal);

    public override int Int32(int ordinal) => reader.GetInt32(ordinal);

    public override byte Byte(int ordinal) => reader.GetByte(ordinal);

    public override bool Flag(int ordinal) => reader.GetBoolean(ordinal);

    public override string Text(int ordinal) => reader.GetString(ordinal);

    public override byte[] Bytes(int ordinal) => reader.GetFieldValue<byte[]>(ordinal);

    public override string CompressedText(int ordinal) => CompressedTextConverter.Decompress(Bytes(ordinal));

    public override Guid Id(int ordinal) => reader.GetGuid(ordinal);

    public override DateTimeOffset Instant(int ordinal) => reader.GetDateTimeOffset(ordinal);
}
