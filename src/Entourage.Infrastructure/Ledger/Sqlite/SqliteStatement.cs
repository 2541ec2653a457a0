using System.Text;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Ledger.Sql;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Entourage.Infrastructure.Ledger.Sqlite;

/// <summary>
/// A prepared statement of an SQLite connection, without ADO.NET. ADO.NET looks up every parameter in the library by name each time a
/// statement runs, which takes longer than the ledger's statements themselves.
/// </summary>
internal sealed class SqliteStatement : IParameters, IDisposable
{
    private const int ShortText = 256;

    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly string[] names;
    private readonly Row row;
    private int latest;

    public SqliteStatement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
        names = new string[raw.sqlite3_bind_parameter_count(statement)];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = raw.sqlite3_bind_parameter_name(statement, i + 1).utf8_to_string();
        }

        row = new Row(statement);
    }

    /// <summary>Binds a parameter. It keeps its value until it is bound again.</summary>
    public SqliteStatement Bind(string name, long? value)
    {
        var index = IndexOf(name);
        Check(value is { } number ? raw.sqlite3_bind_int64(statement, index, number) : raw.sqlite3_bind_null(statement, index));
        return this;
    }

    /// <inheritdoc cref="Bind(string, long?)"/>
    public SqliteStatement Bind(string name, string? value)
    {
        var index = IndexOf(name);
        if (value is null)
        {
            Check(raw.sqlite3_bind_null(statement, index));
        }
        else if (value.Length is 0 or > ShortText)
        {
            Check(raw.sqlite3_bind_text(statement, index, value));
        }
        else
        {
            // Without an array for each text.
            Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(ShortText)];
            Check(raw.sqlite3_bind_text(statement, index, bytes[..Encoding.UTF8.GetBytes(value, bytes)]));
        }

        return this;
    }

    /// <inheritdoc cref="Bind(string, long?)"/>
    public SqliteStatement Bind(string name, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(statement, IndexOf(name), value));
        return this;
    }

    /// <inheritdoc cref="Bind(string, long?)"/>
    public SqliteStatement Bind(string name, Guid? value)
    {
        if (value is not { } id)
        {
            return Bind(name, default(string));
        }

        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Bind(name, bytes);
    }

    /// <inheritdoc cref="Bind(string, long?)"/>
    public SqliteStatement Bind(string name, DateTimeOffset? value) => Bind(name, value?.UtcTicks);

    void IParameters.BindInt64(string name, long? value) => Bind(name, value);

    void IParameters.BindInt32(string name, int? value) => Bind(name, value);

    void IParameters.BindByte(string name, byte value) => Bind(name, value);

    void IParameters.BindFlag(string name, bool value) => Bind(name, value ? 1 : 0);

    void IParameters.BindText(string name, string? value, int length, bool isUnicode) => Bind(name, value);

    void IParameters.BindBytes(string name, byte[] value) => Bind(name, value);

    void IParameters.BindCompressedText(string name, string value) => Bind(name, value);

    void IParameters.BindId(string name, Guid? value) => Bind(name, value);

    void IParameters.BindInstant(string name, DateTimeOffset? value) => Bind(name, value);

    /// <summary>Runs a statement that must change one row.</summary>
    /// <exception cref="LedgerConflictException">It changed none.</exception>
    public void Write()
    {
        Run();
        if (raw.sqlite3_changes(database) != 1)
        {
            throw new LedgerConflictException();
        }
    }

    /// <summary>Runs a statement that returns no rows.</summary>
    public void Run()
    {
        if (!TryRun())
        {
            Check(raw.SQLITE_BUSY);
        }
    }

    /// <summary>Runs a statement that returns no rows.</summary>
    /// <returns>False, without any effect, if another connection has locked the file.</returns>
    public bool TryRun()
    {
        var code = raw.sqlite3_step(statement);
        _ = raw.sqlite3_reset(statement);
        if (code is not (raw.SQLITE_DONE or raw.SQLITE_BUSY))
        {
            Check(code);
        }

        return code == raw.SQLITE_DONE;
    }

    /// <summary>Reads the first row; null if there is none.</summary>
    public T? ReadFirst<T>(Func<SqlRow, T> read)
        where T : class
    {
        try
        {
            return Step() ? read(row) : null;
        }
        finally
        {
            _ = raw.sqlite3_reset(statement);
        }
    }

    /// <summary>Reads all rows into a list.</summary>
    public void ReadAll<T>(Func<SqlRow, T> read, List<T> rows)
    {
        try
        {
            while (Step())
            {
                rows.Add(read(row));
            }
        }
        finally
        {
            _ = raw.sqlite3_reset(statement);
        }
    }

    public void Dispose() => statement.Dispose();

    /// <summary>Returns the index of a parameter. Callers bind parameters in the same order each time, so it is nearly always the next one.</summary>
    private int IndexOf(string name)
    {
        for (var i = 0; i < names.Length; i++)
        {
            latest = latest == names.Length ? 1 : latest + 1;
            if (names[latest - 1] == name)
            {
                return latest;
            }
        }

        throw new ArgumentException($"The statement has no parameter {name}.", nameof(name));
    }

    private bool Step()
    {
        var code = raw.sqlite3_step(statement);
        if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            Check(code);
        }

        return code == raw.SQLITE_ROW;
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new SqliteException($"SQLite Error {code}: '{raw.sqlite3_errmsg(database).utf8_to_string()}'.", code & 0xFF, raw.sqlite3_extended_errcode(database));
        }
    }

    /// <summary>The current row of a statement.</summary>
    private sealed class Row(sqlite3_stmt statement) : SqlRow
    {
        public override bool IsNull(int ordinal) => raw.sqlite3_column_type(statement, ordinal) == raw.SQLITE_NULL;

        public override long Int64(int ordinal) => raw.sqlite3_column_int64(statement, ordinal);

        public override int Int32(int ordinal) => raw.sqlite3_column_int(statement, ordinal);

        public override byte Byte(int ordinal) => (byte)raw.sqlite3_column_int(statement, ordinal);

        public override bool Flag(int ordinal) => raw.sqlite3_column_int(statement, ordinal) != 0;

        public override string Text(int ordinal) => raw.sqlite3_column_text(statement, ordinal).utf8_to_string();

        public override byte[] Bytes(int ordinal) => raw.sqlite3_column_blob(statement, ordinal).ToArray();

        public override string CompressedText(int ordinal) => Text(ordinal);

        public override Guid Id(int ordinal) => new(raw.sqlite3_column_blob(statement, ordinal), bigEndian: true);

        public override DateTimeOffset Instant(int ordinal) => new(raw.sqlite3_column_int64(statement, ordinal), TimeSpan.Zero);
    }
}
