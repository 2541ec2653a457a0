using System.Globalization;

namespace Entourage.Bench;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Only">The rows to run; all of them when empty.</param>
/// <param name="Duration">How long a run takes.</param>
/// <param name="Pairs">How often each side of a row runs.</param>
internal sealed record Options(IReadOnlyList<string> Only, TimeSpan Duration, int Pairs)
{
    /// <summary>How to ask.</summary>
    public const string Usage = "Entourage.Bench [--only name[,name]] [--seconds N] [--pairs N]";

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">One of them cannot be read.</exception>
    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options([], TimeSpan.FromSeconds(5), 5);
        for (var at = 0; at < arguments.Count; at += 2)
        {
            var value = at + 1 < arguments.Count ? arguments[at + 1] : throw new FormatException($"{arguments[at]} wants a value.");
            options = arguments[at] switch
            {
                "--only" => options with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                "--seconds" => options with { Duration = TimeSpan.FromSeconds(Number(value)) },
                "--pairs" => options with { Pairs = Number(value) },
                var other => throw new FormatException($"There is no option {other}."),
            };
        }

        return options;
    }

    private static int Number(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new FormatException($"'{value}' is not a number above 0.");
}
