using Entourage.Application.Ledger;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// A prepared statement of an SQLite connection, without ADO.NET around it: that looks up every parameter by its name, in the
/// library, each time a statement runs, which on the ledger's path takes longer than the statement.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly Row row;

    public SqliteStatement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
        for (var place = 1; place <= raw.sqlite3_bind_parameter_count(statement); place++)
        {
            places.Add(raw.sqlite3_bind_parameter_name(statement, place).utf8_to_string(), place);
        }

        row = new Row(statement);
    }

    /// <summary>Sets a parameter for the next run; each keeps its value until it is set again.</summary>
    public SqliteStatement Bind(string name, long? value)
    {
        Check(value is { } number ? raw.sqlite3_bind_int64(statement, places[name], number) : raw.sqlite3_bind_null(statement, places[name]));
        return this;
    }

    /// <inheritdoc cref="Bind(string, long?)"/>
    public SqliteStatement Bind(string name, string? value)
    {
        Check(value is null ? raw.sqlite3_bind_null(statement, places[name]) : raw.sqlite3_bind_text(statement, places[name], value));
        return this;
    }

    /// <inheritdoc cref="Bind(string, long?)"/>
    public SqliteStatement Bind(string name, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(statement, places[name], value));
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

    /// <summary>Runs a statement that changes a row.</summary>
    /// <exception cref="LedgerConflictException">It did not change one.</exception>
    public void Write()
    {
        Run();
        if (raw.sqlite3_changes(database) != 1)
        {
            throw new LedgerConflictException();
        }
    }

    /// <summary>Runs a statement that answers no rows.</summary>
    public void Run()
    {
        if (!TryRun())
        {
            Check(raw.SQLITE_BUSY);
        }
    }

    /// <summary>Runs a statement that answers no rows.</summary>
    /// <returns>False, and nothing has happened, when somebody else holds the file.</returns>
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

    /// <summary>The first row; null when there is none.</summary>
    public T? ReadFirst<T>(Func<LedgerRow, T> read)
        where T : class
    {
        try
        {
            return Step() ? read(row.Next()) : null;
        }
        finally
        {
            _ = raw.sqlite3_reset(statement);
        }
    }

    /// <summary>Adds every row to a list.</summary>
    public void ReadAll<T>(Func<LedgerRow, T> read, List<T> rows)
    {
        try
        {
            while (Step())
            {
                rows.Add(read(row.Next()));
            }
        }
        finally
        {
            _ = raw.sqlite3_reset(statement);
        }
    }

    public void Dispose() => statement.Dispose();

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

    /// <summary>The row that a statement stands on.</summary>
    private sealed class Row(sqlite3_stmt statement) : LedgerRow
    {
        protected override bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

        protected override long GetInt64(int column) => raw.sqlite3_column_int64(statement, column);

        protected override int GetInt32(int column) => raw.sqlite3_column_int(statement, column);

        protected override byte GetByte(int column) => (byte)raw.sqlite3_column_int(statement, column);

        protected override bool GetFlag(int column) => raw.sqlite3_column_int(statement, column) != 0;

        protected override string GetText(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

        protected override byte[] GetBytes(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

        protected override Guid GetId(int column) => new(raw.sqlite3_column_blob(statement, column), bigEndian: true);

        protected override DateTimeOffset GetInstant(int column) => new(raw.sqlite3_column_int64(statement, column), TimeSpan.Zero);
    }
}
