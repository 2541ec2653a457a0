namespace Entourage.Gateway.Formats.Gemini;

/// <summary>The metered operations of the Gemini API.</summary>
internal static class GeminiOperations
{
    public const string Generate = "generateContent";
    public const string Stream = "streamGenerateContent";
    public const string Embed = "embedContent";
}
