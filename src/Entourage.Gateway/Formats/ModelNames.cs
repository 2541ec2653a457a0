using System.Buffers;

namespace Entourage.Gateway.Formats;

/// <summary>Checks the names of models that requests state.</summary>
internal static class ModelNames
{
    private const int Longest = 200;

    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Reads the model of a body.</summary>
    /// <exception cref="UnreadableRequestException">The body states none, or one that is too long or has control characters.</exception>
    public static string Read(JsonObjectIndex body) =>
        body.Text("model") is { Length: > 0 and <= Longest } model && !model.Any(char.IsControl)
            ? model
            : throw new UnreadableRequestException($"'model' must name a model in 1 to {Longest} characters.");

    /// <summary>Whether a segment of a path can be the name of a model: ASCII letters, digits, dots, hyphens and underscores.</summary>
    public static bool IsPathSegment(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= Longest
        && char.IsAsciiLetterOrDigit(name[0])
        && !name.ContainsAnyExcept(PathCharacters);
}
