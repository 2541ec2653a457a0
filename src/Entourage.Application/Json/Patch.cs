using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entourage.Application.Json;

/// <summary>A member of a JSON merge patch (RFC 7396). An absent member keeps the current value; null or any other value replaces it.</summary>
/// <typeparam name="T">The type of the value; nullable if null is allowed.</typeparam>
/// <param name="Value">The new value.</param>
public readonly record struct Patch<T>(T Value)
{
    /// <summary>Whether the member was present.</summary>
    public bool IsSet { get; } = true;

    /// <summary>Returns the new value, or the current one if the member was absent.</summary>
    public T Or(T present) => IsSet ? Value : present;
}

/// <summary>Converts <see cref="Patch{T}"/> members.</summary>
internal sealed class PatchJsonConverterFactory : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert)
    {
        ArgumentNullException.ThrowIfNull(typeToConvert);
        return typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Patch<>);
    }

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(typeToConvert);
        return (JsonConverter)Activator.CreateInstance(typeof(PatchJsonConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()[0]))!;
    }

    private sealed class PatchJsonConverter<T> : JsonConverter<Patch<T>>
    {
        public override bool HandleNull => true;

        // Calls the converter of the value directly, because the serializer would report errors without the name of the member.
        public override Patch<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null && default(T) is null
                ? new(default!)
                : new(((JsonConverter<T>)options.GetConverter(typeof(T))).Read(ref reader, typeof(T), options)!);

        public override void Write(Utf8JsonWriter writer, Patch<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
