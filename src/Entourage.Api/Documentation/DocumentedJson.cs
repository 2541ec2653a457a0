using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Entourage.Api.Contracts;
using Entourage.Api.Errors;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Labels;

namespace Entourage.Api.Documentation;

/// <summary>
/// The JSON options of the API description. The generator cannot see through converters, so these options have none that the serializer can do
/// without, and show the types behind the others.
/// </summary>
internal static class DocumentedJson
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(EntourageJson.Options.GetConverter(typeof(Money)));
        options.Converters.Add(EntourageJson.Options.GetConverter(typeof(MoneyTotal)));
        options.Converters.Add(EntourageJson.Options.GetConverter(typeof(LabelSet)));
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { ShowTypes } };
    }

    private static void ShowTypes(JsonTypeInfo info)
    {
        for (var index = 0; index < info.Properties.Count; index++)
        {
            var property = info.Properties[index];
            if (ShownTypeOf(property) is not { } shown)
            {
                continue;
            }

            var replacement = info.CreateJsonPropertyInfo(shown, property.Name);
            (replacement.Get, replacement.Set) = (_ => null, (_, _) => { });
            (replacement.AttributeProvider, replacement.Order) = (property.AttributeProvider, property.Order);
            replacement.IsRequired = property.AssociatedParameter is { HasDefaultValue: false };
            replacement.IsGetNullable = replacement.IsSetNullable = IsNullable(property);
            info.Properties[index] = replacement;
        }
    }

    private static Type? ShownTypeOf(JsonPropertyInfo property) => property.PropertyType switch
    {
        { IsGenericType: true } patch when patch.GetGenericTypeDefinition() == typeof(Patch<>) => patch.GetGenericArguments()[0],
        var entries when entries == typeof(IReadOnlyList<UsageBatchEntry>) => typeof(IReadOnlyList<UsageBatchItemRequest>),
        var problem when problem == typeof(JsonObject) => typeof(ProblemResponse),
        _ => null,
    };

    private static bool IsNullable(JsonPropertyInfo property)
    {
        var nullability = new NullabilityInfoContext().Create((PropertyInfo)property.AttributeProvider!);
        return (property.PropertyType.IsGenericType && nullability.GenericTypeArguments is [var value] ? value : nullability).ReadState == NullabilityState.Nullable;
    }
}
