namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The columns of a query. Each is added once and read by its field, so that no position is written down.</summary>
internal sealed class SelectList
{
    private readonly List<string> expressions = [];

    /// <summary>Adds a column of the table with an alias.</summary>
    public Field<T> Add<T>(string alias, Column<T> column) => Add($"{alias}.{column.Name}", column.Read);

    /// <summary>Adds a column of the only table.</summary>
    public Field<T> Add<T>(Column<T> column) => Add(column.Name, column.Read);

    /// <summary>Adds an expression.</summary>
    public Field<T> Add<T>(string expression, Func<SqlRow, int, T> read)
    {
        expressions.Add(expression);
        return new(expressions.Count - 1, read);
    }

    /// <summary>Returns the list as SQL.</summary>
    public override string ToString() => string.Join(", ", expressions);
}

/// <summary>A column of a query, which is read from its current row.</summary>
internal readonly struct Field<T>(int ordinal, Func<SqlRow, int, T> read)
{
    public T Of(SqlRow row) => read(row, ordinal);
}
