using System.Text.Encodings.Web;
using System.Text.Json;

namespace Entourage.Gateway.Formats;

/// <summary>How a provider's clients expect one kind of error.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Type">The provider's name of the error.</param>
/// <param name="Code">A more exact name; null if the provider has none.</param>
internal sealed record RefusalShape(int Status, string Type, string? Code = null)
{
    // The body is sent as JSON and never as part of a page, and some clients show it as it is.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an error.</summary>
    /// <param name="write">Writes the members of the object.</param>
    public ProviderError Write(Action<Utf8JsonWriter> write)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, Readable))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new(Status, body.ToArray());
    }
}
