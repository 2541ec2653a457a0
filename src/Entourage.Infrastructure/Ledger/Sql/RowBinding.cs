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
    private readonly List<Binding> bindings = [];

    /// <summary>Adds a column.</summary>
    public void Add<T>(Column<T> column, Func<TRow, T> value)
    {
        names.Add(column.Name);
        values.Add(column.Parameter);
        bindings.Add(new ColumnBinding<T>(column, value));
    }

    /// <summary>Adds the columns of a part of the row.</summary>
    public void Add<TPart>(RowBinding<TPart> part, Func<TRow, TPart> value)
    {
        names.AddRange(part.names);
        values.AddRange(part.values);
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

    /// <summary>A statement that inserts a row.</summary>
    public string InsertInto(string table) => $"INSERT INTO {table} ({string.Join(", ", names)}) VALUES ({string.Join(", ", values)})";

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

/// <summary>A statement that changes one row.</summary>
/// <param name="Text">The text.</param>
/// <param name="Binding">Its parameters.</param>
internal sealed record RowStatement<TRow>(string Text, RowBinding<TRow> Binding);
