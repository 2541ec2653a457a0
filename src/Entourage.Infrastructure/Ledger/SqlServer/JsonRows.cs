using System.Buffers;
using System.Data;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Entourage.Infrastructure.Ledger.Sql;
using Entourage.Infrastructure.Persistence;
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>
/// Sends any number of rows as one parameter: a JSON array with an array for each row, which OPENJSON turns into a table. So the text of a statement does
/// not depend on the number of rows, and SQL Server plans it once. Bytes travel in a parameter of their own, because JSON has none, and so do long texts,
/// which are JSON and would be escaped twice: a row has only their place in it.
/// </summary>
internal sealed partial class JsonRows : IParameters
{
    /// <summary>The column with the number of a row, so that rows are inserted in their order.</summary>
    public const string Row = "p_row";

    private const string BytesSuffix = "Bytes";
    private const string TextsSuffix = "Texts";

    private readonly Utf8JsonWriter writer;
    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly StringBuilder texts = new();

    private JsonRows(Utf8JsonWriter writer) => this.writer = writer;

    /// <summary>Adds the parameters for some rows.</summary>
    public static void Add<TRow>(SqlParameterCollection parameters, string name, RowBinding<TRow> binding, IEnumerable<TRow> rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        var values = new JsonRows(writer);
        writer.WriteStartArray();
        var number = 0;
        foreach (var row in rows)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(number++);
            binding.Bind(values, row);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.Flush();
        parameters.Add(name, SqlDbType.NVarChar, Column.Unlimited).Value = Encoding.UTF8.GetString(buffer.WrittenSpan);
        if (binding.Columns.Any(column => IsBytes(column.Type)))
        {
            parameters.Add(name + BytesSuffix, SqlDbType.VarBinary, Column.Unlimited).Value = values.bytes.WrittenSpan.ToArray();
        }

        if (binding.Columns.Any(column => IsLongText(column.Type)))
        {
            parameters.Add(name + TextsSuffix, SqlDbType.NVarChar, Column.Unlimited).Value = values.texts.ToString();
        }
    }

    /// <summary>The table of a parameter, named v, for a FROM clause.</summary>
    public static string Table(string name, IReadOnlyList<Column> columns)
    {
        var parts = columns.SelectMany(PartsOf).Prepend($"{Row} int");
        return $"OPENJSON({name}) WITH ({string.Join(", ", parts.Select((part, i) => $"{part} '$[{i}]'"))}) v";
    }

    /// <summary>A text with the parameters of one row, in which they become columns of the table.</summary>
    public static string Values(string text, string name, IReadOnlyList<Column> columns) => Replace(text, name, columns, isComparison: false);

    /// <summary>Like <see cref="Values"/>, for a condition.</summary>
    public static string Condition(string text, string name, IReadOnlyList<Column> columns) => Replace(text, name, columns, isComparison: true);

    public void BindInt64(string name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    public void BindInt32(string name, int? value) => BindInt64(name, value);

    public void BindByte(string name, byte value) => writer.WriteNumberValue(value);

    public void BindFlag(string name, bool value) => writer.WriteNumberValue(value ? 1 : 0);

    public void BindText(string name, string? value, int length, bool isUnicode)
    {
        if (length != Column.Unlimited)
        {
            writer.WriteStringValue(value);
        }
        else if (value is null)
        {
            writer.WriteNullValue();
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteNumberValue(texts.Length + 1);
            var start = texts.Length;
            AppendJson(value);
            writer.WriteNumberValue(texts.Length - start);
        }
    }

    public void BindBytes(string name, byte[] value)
    {
        writer.WriteNumberValue(bytes.WrittenCount + 1);
        writer.WriteNumberValue(value.Length);
        bytes.Write(value);
    }

    public void BindCompressedText(string name, string value) => BindBytes(name, CompressedTextConverter.Compress(value));

    public void BindId(string name, Guid? value)
    {
        if (value is { } id)
        {
            writer.WriteStringValue(id);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    public void BindInstant(string name, DateTimeOffset? value)
    {
        if (value is { } instant)
        {
            writer.WriteStringValue(instant);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static string Replace(string text, string name, IReadOnlyList<Column> columns, bool isComparison)
    {
        var types = columns.ToDictionary(column => column.Parameter, column => column.Type, StringComparer.Ordinal);
        return ParameterName.Replace(text, match =>
        {
            var (value, type) = ("v." + NameOf(match.Value), types[match.Value]);
            return type.Kind switch
            {
                ColumnKind.CompressedText => PartOf(name + BytesSuffix, value),
                ColumnKind.Bytes => $"CAST({PartOf(name + BytesSuffix, value)} AS binary({type.Length}))",
                _ when IsLongText(type) => PartOf(name + TextsSuffix, value),

                // A column of OPENJSON has the collation of the database, unlike the column that it is compared with.
                ColumnKind.AsciiText or ColumnKind.UnicodeText when isComparison => $"{value} COLLATE {SqlServerEntourageDb.OrdinalCollation}",
                _ => value,
            };
        });
    }

    private static string PartOf(string name, string value) => $"SUBSTRING({name}, {value}__start, {value}__length)";

    private static bool IsBytes(ColumnType type) => type.Kind is ColumnKind.Bytes or ColumnKind.CompressedText;

    private static bool IsLongText(ColumnType type) =>
        type is { Kind: ColumnKind.AsciiText or ColumnKind.UnicodeText, Length: Column.Unlimited };

    // Unlike any column, so that a column of the other table needs no alias.
    private static string NameOf(string parameter) => "p_" + parameter[1..];

    private static IEnumerable<string> PartsOf(Column column) => IsBytes(column.Type) || IsLongText(column.Type)
        ? [$"{NameOf(column.Parameter)}__start int", $"{NameOf(column.Parameter)}__length int"]
        : [$"{NameOf(column.Parameter)} {TypeOf(column.Type)}"];

    private static string TypeOf(ColumnType type) => type.Kind switch
    {
        ColumnKind.Int64 => "bigint",
        ColumnKind.Int32 => "int",
        ColumnKind.Byte => "tinyint",
        ColumnKind.Flag => "bit",
        ColumnKind.Id => "uniqueidentifier",
        ColumnKind.Instant => "datetimeoffset",
        ColumnKind.AsciiText => $"varchar({type.Length})",
        _ => $"nvarchar({type.Length})",
    };

    /// <summary>
    /// Appends JSON with characters beyond 16 bits escaped. Whether SUBSTRING counts such a character as one or two depends on the database's collation.
    /// </summary>
    private void AppendJson(string json)
    {
        foreach (var letter in json)
        {
            if (char.IsSurrogate(letter))
            {
                texts.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            }
            else
            {
                texts.Append(letter);
            }
        }
    }

    // Starts in lower case, unlike @@ROWCOUNT.
    [GeneratedRegex("@[a-z][A-Za-z]*")]
    private static partial Regex ParameterName { get; }
}
