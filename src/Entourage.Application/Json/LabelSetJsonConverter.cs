using System.Text.Json;
using System.Text.Json.Serialization;
using Entourage.Domain;
using Entourage.Domain.Labels;

namespace Entourage.Application.Json;

/// <summary>Converts labels to and from a JSON object of texts: <c>{"customer": "acme"}</c>.</summary>
internal sealed class LabelSetJsonConverter : JsonConverter<LabelSet>
{
    /// <inheritdoc/>
    public override LabelSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return LabelSet.Of(JsonSerializer.Deserialize<Dictionary<string, string>>(ref reader, options) ?? []);
        }
        catch (RuleViolationException violation)
        {
            throw new InvalidValueException(violation.Message);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LabelSet value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (key, text) in value.Labels)
        {
            writer.WriteString(key, text);
        }

        writer.WriteEndObject();
    }
}
