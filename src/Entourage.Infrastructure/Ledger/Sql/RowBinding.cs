using System.Collections;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>
/// The columns that a statement writes or compares, each with the value that it takes from a row. The text of the statement and its parameters
/// both come from this list, so they cannot disagree.
/// </summary>
internal sealed class RowBinding<TRow> : IEnumerable
{
    private readonly List<string> names = [];
    private readonly List<string> values = [];
    private readonly List<Column> columns = [];
    private readonly List<Binding> bindings = [];

    /// <summary>The columns that are bound, in order.</summary>
    public IReadOnlyList<Column> Columns => columns;

    /// <summary>The names of all columns, for a list.</summary>
    public string Names => string.Join(", ", names);

    /// <summary>The value of each of the <see cref="Names"/>: a parameter or zero.</summary>
    public string Values => string.Join(", ", values);

    /// <summary>Adds a column.</summary>
    public void Add<T>(Column<T> column, Func<TRow, T> value)
    {
        names.Add(column.Name);
        values.Add(column.Parameter);
        columns.Add(column);
        bindings.Add(new ColumnBinding<T>(column, value));
    }

    /// <summary>Adds the columns of a part of the row.</summary>
    public void Add<TPart>(RowBinding<TPart> part, Func<TRow, TPart> value)
    {
        names.AddRange(part.names);
        values.AddRange(part.values);
        columns.AddRange(part.columns);
        bindings.Add(new PartBinding<TPart>(part, value));
    }

    /// <summary>Adds columns that a new row fills with zero.</summary>
    public void Add(params ReadOnlySpan<string> zeroColumns)
    {
        foreach (var column in zeroColumns)
        {
            names.Add(column);
            values.Add("0");
        }
    }

    public void Bind(IParameters parameters, TRow row)
    {
        foreach (var binding in bindings)
        {
            binding.Bind(parameters, row);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => names.GetEnumerator();

    private abstract class Binding
    {
        public abstract void Bind(IParameters parameters, TRow row);
    }

    private sealed class ColumnBinding<T>(Column<T> column, Func<TRow, T> value) : Binding
    {
        public override void Bind(IParameters parameters, TRow row) => column.Bind(parameters, value(row));
    }

    private sealed class PartBinding<TPart>(RowBinding<TPart> part, Func<TRow, TPart> value) : Binding
    {
        public override void Bind(IParameters parameters, TRow row) => part.Bind(parameters, value(row));
    }
}
