using System.Globalization;

namespace Entourage.Application.Otlp;

/// <summary>What a program says of something it sends, by name. Values are text, whole numbers, fractions and truth values; any others are left out.</summary>
/// <param name="values">The values: <see cref="string"/>, <see cref="long"/>, <see cref="double"/> or <see cref="bool"/>.</param>
public sealed class TelemetryAttributes(IReadOnlyDictionary<string, object> values)
{
    // Far beyond what any count or amount may be, and small enough to be added up.
    private const decimal Greatest = 1e18m;

    /// <summary>Of something that nothing is said of.</summary>
    public static readonly TelemetryAttributes None = new(new Dictionary<string, object>());

    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<string, object> All { get; } = values;

    /// <summary>The first of some names that has a text; null when none has.</summary>
    public string? Text(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (All.TryGetValue(name, out var value) && Convert.ToString(value, CultureInfo.InvariantCulture)?.Trim() is { Length: > 0 } text)
            {
                return text;
            }
        }

        return null;
    }

    /// <summary>The first of some names that has a number; null when none is there. Programs write numbers as text, too.</summary>
    /// <param name="fault">Notes one that is there and no number.</param>
    /// <param name="names">The names.</param>
    internal decimal? Number(ItemFault fault, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (All.TryGetValue(name, out var value))
            {
                var number = ToNumber(value);
                if (number is null)
                {
                    fault.Add($"'{name}' is not a number.");
                }

                return number;
            }
        }

        return null;
    }

    /// <summary>A value as a number; null when it is none.</summary>
    public static decimal? ToNumber(object value) => value switch
    {
        long whole => whole,
        double fraction => Math.Abs(fraction) < (double)Greatest ? (decimal)fraction : null,
        string text => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < Greatest ? number : null,
        _ => null,
    };
}
