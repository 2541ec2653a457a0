using System.Globalization;

namespace Entourage.Testing;

/// <summary>The metrics at <c>/metrics</c>.</summary>
/// <param name="Text">The answer in the text format of Prometheus.</param>
public sealed record Scrape(string Text)
{
    /// <summary>Reads the metrics.</summary>
    public static async Task<Scrape> OfAsync(HttpClient server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new(await server.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
    }

    /// <summary>The sum of the series of a name with all of the labels, each written <c>name="value"</c>; null if there is none.</summary>
    public double? Find(string name, params string[] labels)
    {
        var values = Text.Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
            .Where(line => labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Select(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture))
            .ToArray();
        return values.Length == 0 ? null : values.Sum();
    }
}
