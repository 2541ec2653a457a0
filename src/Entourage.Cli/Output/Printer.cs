using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Entourage.Client.Contracts;
using Spectre.Console;

namespace Entourage.Cli.Output;

/// <summary>Prints results as text or as JSON.</summary>
internal sealed class Printer(bool json)
{
    // Wide enough for every table, because output that is not a terminal must not wrap.
    private const int UnlimitedWidth = 400;

    private static readonly JsonSerializerOptions Readable = new(ClientJson.Default.Options)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ClientJson.Default, PrinterJson.Default),
    };

    private readonly Lazy<IAnsiConsole> console = new(() =>
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = UnlimitedWidth;
        }

        return console;
    });

    /// <summary>Whether to print JSON.</summary>
    public bool Json => json;

    public IAnsiConsole Screen => console.Value;

    /// <summary>Prints a value as indented JSON with the API's member names.</summary>
    public static void WriteJson<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value, TypeOf<T>(Readable)));

    /// <summary>Prints a value as one line of JSON.</summary>
    public static void WriteJsonLine<T>(T value) =>
        Console.WriteLine(JsonSerializer.Serialize(value, TypeOf<T>(ClientJson.Default.Options)));

    /// <summary>Prints a value as JSON or the sentence.</summary>
    public void Write<T>(T value, string sentence)
    {
        if (json)
        {
            WriteJson(value);
        }
        else
        {
            WriteLine(sentence);
        }
    }

    /// <summary>Prints a value as JSON or as a table.</summary>
    public void Write<T>(T value, Func<T, Table> table)
    {
        if (json)
        {
            WriteJson(value);
        }
        else
        {
            Screen.Write(table(value));
        }
    }

    /// <summary>Prints a line of text without control characters.</summary>
    public static void WriteLine(string text) => Console.WriteLine(PlainText.From(text));

    private static JsonTypeInfo<T> TypeOf<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    /// <summary>Creates an empty table. Columns whose name begins with &gt; are aligned to the right.</summary>
    public static Table Table(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Minimal);
        foreach (var column in columns)
        {
            table.AddColumn(column[0] == '>' ? new TableColumn(new Text(column[1..])).RightAligned() : new TableColumn(new Text(column)));
        }

        return table;
    }

    /// <summary>Formats all digits of an amount, with at least two decimals.</summary>
    public static string Usd(decimal? usd) => usd is { } amount ? amount.ToString("0.00#######", CultureInfo.InvariantCulture) : "-";

    public static string Number(long? number) => number is { } value ? value.ToString("#,0", CultureInfo.InvariantCulture) : "-";

    public static string Time(DateTimeOffset? time) => time is { } value ? value.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "-";
}

/// <summary>Extensions of tables.</summary>
internal static class TableExtensions
{
    /// <summary>Adds a row of plain texts, without markup.</summary>
    public static void Add(this Table table, params ReadOnlySpan<string?> cells)
    {
        var row = new List<Text>();
        foreach (var cell in cells)
        {
            row.Add(new Text(PlainText.From(cell ?? "-")));
        }

        table.AddRow(row);
    }
}
