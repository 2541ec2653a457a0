using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Entourage.Application.Json;

/// <summary>The JSON conventions of Entourage: <c>snake_case</c>, exact money, strict parsing.</summary>
public static class EntourageJson
{
    /// <summary>The options of the API.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>
    /// The options for stored JSON of this or another version. Members may be missing or unknown. Null members are not written, so a member that is
    /// added later changes neither the hashes nor the answers of earlier requests.
    /// </summary>
    public static JsonSerializerOptions Stored { get; } = CreateStored();

    /// <summary>Applies the conventions to options.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.DictionaryKeyPolicy = null;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.Converters.Add(new MoneyJsonConverter());
        options.Converters.Add(new MoneyTotalJsonConverter());
        options.Converters.Add(new LabelSetJsonConverter());
        options.Converters.Add(new WholeNumberJsonConverter());
        options.Converters.Add(new UtcJsonConverter());
        options.Converters.Add(new EnumNameJsonConverterFactory());
        options.Converters.Add(new PatchJsonConverterFactory());
    }

    private static JsonSerializerOptions CreateStored()
    {
        var options = Create();
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver
        {
            Modifiers =
            {
                type =>
                {
                    foreach (var property in type.Properties)
                    {
                        property.IsRequired = false;
                    }
                },
            },
        };
        return options;
    }

    private static JsonSerializerOptions Create()
    {
        // Without a resolver, the members of a type cannot be listed before something was serialised.
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        Configure(options);
        return options;
    }
}

/// <summary>A value of the right JSON type that is not allowed. The response is 422; for a value of the wrong type it is 400.</summary>
/// <param name="message">The reason, in plain words.</param>
public sealed class InvalidValueException(string message) : JsonException(message);
