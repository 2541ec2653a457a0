using Entourage.Domain;
using Entourage.Domain.Labels;
using Entourage.Infrastructure.Persistence;
using Entourage.Infrastructure.Persistence.Converters;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>A column of a table and the parameter that is bound to it.</summary>
internal abstract class Column(string name, string parameter, ColumnType type)
{
    /// <summary>The length of a text column without a maximum.</summary>
    public const int Unlimited = -1;

    private const int HashLength = 32;

    public string Name => name;

    /// <summary>The parameter, such as <c>@createdAt</c> for <c>CreatedAt</c>.</summary>
    public string Parameter => parameter;

    /// <summary>The type of its values.</summary>
    public ColumnType Type => type;

    /// <summary>The column and its parameter, as an assignment or a comparison: <c>CreatedAt = @createdAt</c>.</summary>
    public string Equality => $"{name} = {parameter}";

    public static Column<long> Int64(string name) => new(
        name, ColumnType.Int64, static (parameters, parameter, value) => parameters.BindInt64(parameter, value), static (row, i) => row.Int64(i));

    public static Column<long?> OptionalInt64(string name) => new(
        name, ColumnType.Int64, static (parameters, parameter, value) => parameters.BindInt64(parameter, value), static (row, i) => row.OptionalInt64(i));

    public static Column<int> Int32(string name) => new(
        name, ColumnType.Int32, static (parameters, parameter, value) => parameters.BindInt32(parameter, value), static (row, i) => row.Int32(i));

    public static Column<int?> OptionalInt32(string name) => new(
        name, ColumnType.Int32, static (parameters, parameter, value) => parameters.BindInt32(parameter, value), static (row, i) => row.IsNull(i) ? null : row.Int32(i));

    public static Column<byte> Byte(string name) => new(
        name, ColumnType.Byte, static (parameters, parameter, value) => parameters.BindByte(parameter, value), static (row, i) => row.Byte(i));

    public static Column<bool> Flag(string name) => new(
        name, ColumnType.Flag, static (parameters, parameter, value) => parameters.BindFlag(parameter, value), static (row, i) => row.Flag(i));

    public static Column<DateOnly> Day(string name) => new(
        name, ColumnType.Int32,
        static (parameters, parameter, value) => parameters.BindInt32(parameter, DayConverter.ToNumber(value)),
        static (row, i) => DayConverter.FromNumber(row.Int32(i)));

    public static Column<DateOnly?> OptionalDay(string name) => new(
        name, ColumnType.Int32,
        static (parameters, parameter, value) => parameters.BindInt32(parameter, value is { } day ? DayConverter.ToNumber(day) : null),
        static (row, i) => row.IsNull(i) ? null : DayConverter.FromNumber(row.Int32(i)));

    /// <summary>An amount in nano-dollars.</summary>
    public static Column<Money> Amount(string name) => new(
        name, ColumnType.Int64, static (parameters, parameter, value) => parameters.BindInt64(parameter, value.NanoUsd), static (row, i) => new Money(row.Int64(i)));

    /// <summary>An amount in nano-dollars, or null.</summary>
    public static Column<Money?> OptionalAmount(string name) => new(
        name, ColumnType.Int64,
        static (parameters, parameter, value) => parameters.BindInt64(parameter, value?.NanoUsd),
        static (row, i) => row.IsNull(i) ? null : new Money(row.Int64(i)));

    public static Column<Guid> Id(string name) => new(
        name, ColumnType.Id, static (parameters, parameter, value) => parameters.BindId(parameter, value), static (row, i) => row.Id(i));

    public static Column<Guid?> OptionalId(string name) => new(
        name, ColumnType.Id, static (parameters, parameter, value) => parameters.BindId(parameter, value), static (row, i) => row.IsNull(i) ? null : row.Id(i));

    public static Column<DateTimeOffset> Instant(string name) => new(
        name, ColumnType.Instant, static (parameters, parameter, value) => parameters.BindInstant(parameter, value), static (row, i) => row.Instant(i));

    public static Column<DateTimeOffset?> OptionalInstant(string name) => new(
        name, ColumnType.Instant, static (parameters, parameter, value) => parameters.BindInstant(parameter, value), static (row, i) => row.IsNull(i) ? null : row.Instant(i));

    /// <summary>A hash, SHA-256.</summary>
    public static Column<byte[]> Hash(string name) => new(
        name, ColumnType.Bytes(HashLength), static (parameters, parameter, value) => parameters.BindBytes(parameter, value), static (row, i) => row.Bytes(i));

    /// <param name="name">The column.</param>
    /// <param name="length">The maximum length, or <see cref="Unlimited"/>.</param>
    public static Column<string> Text(string name, int length) => new(
        name, ColumnType.Text(length, isUnicode: true), (parameters, parameter, value) => parameters.BindText(parameter, value, length, isUnicode: true), static (row, i) => row.Text(i));

    /// <inheritdoc cref="Text"/>
    public static Column<string?> OptionalText(string name, int length) => new(
        name, ColumnType.Text(length, isUnicode: true),
        (parameters, parameter, value) => parameters.BindText(parameter, value, length, isUnicode: true),
        static (row, i) => row.IsNull(i) ? null : row.Text(i));

    /// <inheritdoc cref="Text"/>
    public static Column<string> AsciiText(string name, int length) => new(
        name, ColumnType.Text(length, isUnicode: false), (parameters, parameter, value) => parameters.BindText(parameter, value, length, isUnicode: false), static (row, i) => row.Text(i));

    /// <summary>The labels of a session, a usage or a reservation.</summary>
    public static Column<LabelSet> Labels() => new(
        "Labels", ColumnType.Text(LabelSet.TextLength, isUnicode: true),
        static (parameters, parameter, value) => parameters.BindText(parameter, value.Text, LabelSet.TextLength, isUnicode: true),
        static (row, i) => LabelSet.Parse(row.Text(i)));

    /// <summary>A long text, which SQL Server stores compressed.</summary>
    public static Column<string> CompressedText(string name) => new(
        name,
        ColumnType.CompressedText,
        static (parameters, parameter, value) => parameters.BindCompressedText(parameter, value),
        static (row, i) => row.CompressedText(i));

    /// <summary>The name of an enum value.</summary>
    public static Column<T> EnumName<T>(string name, int length = EntourageDb.NameLength)
        where T : struct, Enum => new(
        name, ColumnType.Text(length, isUnicode: false),
        (parameters, parameter, value) => parameters.BindText(parameter, value.ToString(), length, isUnicode: false),
        static (row, i) => Enum.Parse<T>(row.Text(i)));

    /// <summary>The name of an enum value, or null.</summary>
    public static Column<T?> OptionalEnumName<T>(string name, int length = EntourageDb.NameLength)
        where T : struct, Enum => new(
        name, ColumnType.Text(length, isUnicode: false),
        (parameters, parameter, value) => parameters.BindText(parameter, value?.ToString(), length, isUnicode: false),
        static (row, i) => row.IsNull(i) ? null : Enum.Parse<T>(row.Text(i)));
}

/// <summary>A column whose values have a type.</summary>
internal sealed class Column<T> : Column
{
    private readonly Action<IParameters, string, T> bind;

    public Column(string name, ColumnType type, Action<IParameters, string, T> bind, Func<SqlRow, int, T> read)
        : this(name, $"@{char.ToLowerInvariant(name[0])}{name[1..]}", type, bind, read)
    {
    }

    private Column(string name, string parameter, ColumnType type, Action<IParameters, string, T> bind, Func<SqlRow, int, T> read)
        : base(name, parameter, type) => (this.bind, Read) = (bind, read);

    /// <summary>The same column with a second parameter, for the value that was read before a change.</summary>
    public Column<T> Before => new(Name, Parameter + "Before", Type, bind, Read);

    /// <summary>Reads the column from a row, given its ordinal.</summary>
    public Func<SqlRow, int, T> Read { get; }

    public void Bind(IParameters parameters, T value) => bind(parameters, Parameter, value);
}

/// <summary>The kinds of values in columns.</summary>
internal enum ColumnKind
{
    Int64,
    Int32,
    Byte,
    Flag,
    Id,
    Instant,
    Bytes,
    CompressedText,
    UnicodeText,
    AsciiText,
}

/// <summary>The type of a column's values.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Length">The maximum length of a text or the length of bytes, or <see cref="Column.Unlimited"/>; 0 for other values.</param>
internal readonly record struct ColumnType(ColumnKind Kind, int Length = 0)
{
    public static ColumnType Int64 => new(ColumnKind.Int64);

    public static ColumnType Int32 => new(ColumnKind.Int32);

    public static ColumnType Byte => new(ColumnKind.Byte);

    public static ColumnType Flag => new(ColumnKind.Flag);

    public static ColumnType Id => new(ColumnKind.Id);

    public static ColumnType Instant => new(ColumnKind.Instant);

    public static ColumnType Bytes(int length) => new(ColumnKind.Bytes, length);

    public static ColumnType CompressedText => new(ColumnKind.CompressedText, Column.Unlimited);

    public static ColumnType Text(int length, bool isUnicode) => new(isUnicode ? ColumnKind.UnicodeText : ColumnKind.AsciiText, length);
}
