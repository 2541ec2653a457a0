using Entourage.Application.Json;
using Entourage.Dashboard.Format;

namespace Entourage.Dashboard.Components;

/// <summary>One of the things to choose from.</summary>
/// <param name="Value">What it stands for.</param>
/// <param name="Name">What it is called.</param>
public sealed record ChoiceOption(string Value, string Name)
{
    /// <summary>All values of an enumeration, by the API's names.</summary>
    /// <param name="none">What to call the choice of none of them; null where one must be chosen.</param>
    public static IReadOnlyList<ChoiceOption> AllOf<T>(string? none = null)
        where T : struct, Enum
    {
        var all = Enum.GetValues<T>().Select(value => new ChoiceOption(EnumNames.Of(value), Formatter.Words(value)));
        return none is null ? [.. all] : [new("", none), .. all];
    }
}
