using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Entourage.Client.Contracts;
using Spectre.Console;

namespace Entourage.Cli.Output;

/// <summary>Writes answers, for people or for programs.</summary>
internal sealed class Printer(bool json)
{
    // Wide enough for every table: what is no terminal wraps nothing.
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

    /// <summary>Whether a program reads.</summary>
    public bool Json => json;

    public IAnsiConsole Screen => console.Value;

    /// <summary>A value as the API's own JSON.</summary>
    public static void WriteJson<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value, TypeOf<T>(Readable)));

    /// <summary>A value on one line.</summary>
    public static void WriteJsonLine<T>(T value) =>
        Console.WriteLine(JsonSerializer.Serialize(value, TypeOf<T>(ClientJson.Default.Options)));

    /// <summary>JSON for a program, or a sentence.</summary>
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

    /// <summary>JSON for a program, or a table.</summary>
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

    /// <summary>A line of text.</summary>
    public static void WriteLine(string text) => Console.WriteLine(Plain.Of(text));

    private static JsonTypeInfo<T> TypeOf<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    /// <summary>A table without rows; columns whose names begin with &gt; are aligned to the right.</summary>
    public static Table Table(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Minimal);
        foreach (var column in columns)
        {
            table.AddColumn(column[0] == '>' ? new TableColumn(new Text(column[1..])).RightAligned() : new TableColumn(new Text(column)));
        }

        return table;
    }

    /// <summary>An amount of dollars, to its last digit and with two decimals at least.</summary>
    public static string Usd(decimal? usd) => usd is { } amount ? amount.ToString("0.00#######", CultureInfo.InvariantCulture) : "-";

    public static string Number(long? number) => number is { } value ? value.ToString("#,0", CultureInfo.InvariantCulture) : "-";

    public static string Time(DateTimeOffset? time) => time is { } value ? value.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "-";
}

/// <summary>Rows of tables.</summary>
internal static class Rows
{
    /// <summary>Adds a row of texts, which are shown as they are.</summary>
    public static void Add(this Table table, params ReadOnlySpan<string?> cells)
    {
        var row = new List<Text>();
        foreach (var cell in cells)
        {
            row.Add(new Text(Plain.Of(cell ?? "-")));
        }

        table.AddRow(row);
    }
}
