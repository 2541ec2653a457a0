using Entourage.Application.Json;
using Entourage.Dashboard.Format;

namespace Entourage.Dashboard.Components;

/// <summary>An option of a <see cref="Choice"/>.</summary>
public sealed record ChoiceOption(string Value, string Name)
{
    /// <summary>Returns all values of an enumeration. Option values are the API's names.</summary>
    /// <param name="none">The text of an option without a value; null if a value must be chosen.</param>
    public static IReadOnlyList<ChoiceOption> AllOf<T>(string? none = null)
        where T : struct, Enum
    {
        var all = Enum.GetValues<T>().Select(value => new ChoiceOption(EnumNames.Of(value), Formatter.Words(value)));
        return none is null ? [.. all] : [new("", none), .. all];
    }
}
