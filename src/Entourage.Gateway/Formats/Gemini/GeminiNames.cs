namespace Entourage.Gateway.Formats.Gemini;

/// <summary>Finds members that the Gemini API accepts in two spellings.</summary>
internal static class GeminiNames
{
    /// <summary>Returns the spelling that an object uses; the first if it uses none.</summary>
    /// <exception cref="UnreadableRequestException">The object uses both.</exception>
    public static string Of(JsonObjectIndex source, string camelCase, string snakeCase) =>
        source.Find(snakeCase) is null ? camelCase
        : source.Find(camelCase) is null ? snakeCase
        : throw new UnreadableRequestException($"'{camelCase}' and '{snakeCase}' are the same member. Send one of them.");
}
