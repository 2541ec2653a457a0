using System.Globalization;

namespace Entourage.Application.Otlp;

/// <summary>The attributes of an item of telemetry: text, integers, floating-point numbers and booleans. Other types are omitted.</summary>
/// <param name="values">The values: <see cref="string"/>, <see cref="long"/>, <see cref="double"/> or <see cref="bool"/>.</param>
public sealed class TelemetryAttributes(IReadOnlyDictionary<string, object> values)
{
    /// <summary>The resource attribute that names the agent.</summary>
    public const string Agent = "entourage.agent_id";

    // Far above any valid count or amount, and small enough to be summed.
    private const decimal Greatest = 1e18m;

    /// <summary>An empty set of attributes.</summary>
    public static readonly TelemetryAttributes None = new(new Dictionary<string, object>());

    /// <summary>All attributes by name.</summary>
    public IReadOnlyDictionary<string, object> All { get; } = values;

    /// <summary>Returns the first of several attributes that has a text; null if none has.</summary>
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

    /// <summary>Returns the first of several attributes as a number, which programs also send as text; null if none is present.</summary>
    /// <param name="rejection">Receives the reason if an attribute is present but not a number.</param>
    /// <param name="names">The names.</param>
    internal decimal? Number(ItemRejection rejection, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (All.TryGetValue(name, out var value))
            {
                var number = ToNumber(value);
                if (number is null)
                {
                    rejection.Add($"'{name}' must be a number.");
                }

                return number;
            }
        }

        return null;
    }

    /// <summary>Converts a value to a number; null if it is not one.</summary>
    public static decimal? ToNumber(object value) => value switch
    {
        long whole => whole,
        double fraction => Math.Abs(fraction) < (double)Greatest ? (decimal)fraction : null,
        string text => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < Greatest ? number : null,
        _ => null,
    };
}
