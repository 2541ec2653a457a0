using System.Text.Json;

namespace Entourage.Infrastructure.Observability;

/// <summary>The values of labels.</summary>
internal static class Labels
{
    /// <summary>The names of an enumeration, in the order of its values.</summary>
    public static IReadOnlyList<string> Of<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
}
