using Microsoft.AspNetCore.Components;

namespace Entourage.Dashboard.Layout;

/// <summary>Addresses of the same page with other parameters.</summary>
internal static class NavigationExtensions
{
    /// <summary>Returns the current address with changed query parameters. A null or empty value removes one.</summary>
    public static string AddressWith(this NavigationManager navigation, params IReadOnlyList<(string Name, string? Value)> parameters) =>
        navigation.GetUriWithQueryParameters(
            parameters.ToDictionary(parameter => parameter.Name, parameter => (object?)(string.IsNullOrEmpty(parameter.Value) ? null : parameter.Value)));
}
