using System.Text.Json;

namespace Entourage.Infrastructure.Observability;

/// <summary>Creates the values of metric labels.</summary>
internal static class Labels
{
    /// <summary>Lists the names of an enum in snake case, in the order of its values.</summary>
    public static IReadOnlyList<string> Of<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
}
