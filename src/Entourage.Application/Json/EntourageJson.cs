using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Entourage.Application.Json;

/// <summary>How this product writes and reads JSON: <c>snake_case</c>, exact money, and no guessing.</summary>
public static class EntourageJson
{
    /// <summary>The options of the API.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>
    /// The options for what was stored by this version or another: members may be missing or unknown, and those that are
    /// null are not written, so that a member added later changes neither a hash nor an answer of before.
    /// </summary>
    public static JsonSerializerOptions Stored { get; } = CreateStored();

    /// <summary>Applies the conventions.</summary>
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
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General);
        Configure(options);
        return options;
    }
}

/// <summary>
/// A value of the right JSON type that is not allowed: the answer is 422, where a value of the wrong type is 400.
/// </summary>
/// <param name="message">What is wrong, for a person.</param>
public sealed class InvalidValueException(string message) : JsonException(message);
