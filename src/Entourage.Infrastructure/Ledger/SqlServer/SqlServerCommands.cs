using System.Data;
using System.Globalization;
using System.Text.RegularExpressions;
using Entourage.Infrastructure.Ledger.Sql;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <content>Builds commands from statements that are repeated for several rows.</content>
internal static partial class SqlServerStatements
{
    private static SqlCommand Single(string text, Action<IParameters> bind)
    {
        var command = new SqlCommand(text);
        bind(new SqlServerParameters(command, ""));
        return command;
    }

    private static SqlCommand Repeat<T>(RowStatement<T> statement, IReadOnlyCollection<T> rows) =>
        Repeat("", rows, statement.Text, ";\n", ";", statement.Binding.Bind);

    /// <summary>Repeats a text for each item and appends the item's number to the names of its parameters.</summary>
    private static SqlCommand Repeat<T>(
        string start, IReadOnlyCollection<T> items, string text, string separator, string end, Action<IParameters, T> bind)
    {
        var command = new SqlCommand();
        var repeated = items.Select((item, i) =>
        {
            var number = i.ToString(CultureInfo.InvariantCulture);
            bind(new SqlServerParameters(command, number), item);
            return ParameterName.Replace(text, name => name.Value + number);
        });
#pragma warning disable CA2100 // Constants of this namespace, and numbers.
        command.CommandText = start + string.Join(separator, repeated) + end;
#pragma warning restore CA2100
        return command;
    }

    // Starts in lower case, unlike @@ROWCOUNT.
    [GeneratedRegex("@[a-z][A-Za-z]*")]
    private static partial Regex ParameterName { get; }
}

/// <summary>Adds parameters to a command, with a suffix after each name.</summary>
internal sealed class SqlServerParameters(SqlCommand command, string suffix) : IParameters
{
    private const int HashLength = 32; // SHA-256, the only bytes that are stored

    public void BindInt64(string name, long? value) => Add(name, SqlDbType.BigInt, value);

    public void BindInt32(string name, int? value) => Add(name, SqlDbType.Int, value);

    public void BindByte(string name, byte value) => Add(name, SqlDbType.TinyInt, value);

    public void BindFlag(string name, bool value) => Add(name, SqlDbType.Bit, value);

    public void BindText(string name, string? value, int length, bool isUnicode) =>
        Add(name, isUnicode ? SqlDbType.NVarChar : SqlDbType.VarChar, value, length);

    public void BindBytes(string name, byte[] value) => Add(name, SqlDbType.Binary, value, HashLength);

    public void BindId(string name, Guid? value) => Add(name, SqlDbType.UniqueIdentifier, value);

    public void BindInstant(string name, DateTimeOffset? value) => Add(name, SqlDbType.DateTimeOffset, value);

    private void Add(string name, SqlDbType type, object? value, int size = 0) =>
        command.Parameters.Add(new SqlParameter(name + suffix, type, size) { Value = value ?? DBNull.Value });
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

    public override Guid Id(int ordinal) => reader.GetGuid(ordinal);

    public override DateTimeOffset Instant(int ordinal) => reader.GetDateTimeOffset(ordinal);
}
