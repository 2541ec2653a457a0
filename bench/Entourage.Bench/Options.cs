using System.Globalization;

namespace Entourage.Bench;

/// <summary>The command-line options.</summary>
/// <param name="Only">The rows to run; all rows if empty.</param>
/// <param name="Duration">The duration of a run.</param>
/// <param name="Pairs">The number of runs of each side of a row.</param>
/// <param name="Quick">Whether the rows share servers and runs, and print a short table.</param>
internal sealed record Options(IReadOnlyList<string> Only, TimeSpan Duration, int Pairs, bool Quick)
{
    /// <summary>The usage line.</summary>
    public const string Usage = "Entourage.Bench [--only name[,name]] [--quick] [--seconds N] [--pairs N]";

    /// <summary>Parses the arguments.</summary>
    /// <exception cref="FormatException">An argument is invalid.</exception>
    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var quick = arguments.Contains("--quick");
        var options = new Options([], TimeSpan.FromSeconds(quick ? 2 : 5), quick ? 3 : 5, quick);
        string[] rest = [.. arguments.Where(argument => argument != "--quick")];
        for (var at = 0; at < rest.Length; at += 2)
        {
            var value = at + 1 < rest.Length ? rest[at + 1] : throw new FormatException($"{rest[at]} needs a value.");
            options = rest[at] switch
            {
                "--only" => options with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                "--seconds" => options with { Duration = TimeSpan.FromSeconds(Number(value)) },
                "--pairs" => options with { Pairs = Number(value) },
                var other => throw new FormatException($"Unknown option {other}."),
            };
        }

        return options;
    }

    private static int Number(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new FormatException($"'{value}' is not a number above 0.");
}
