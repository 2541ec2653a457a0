namespace Entourage.Gateway.Formats.OpenAi;

/// <summary>The metered operations of the OpenAI API.</summary>
internal static class OpenAiOperations
{
    public const string Chat = "chat/completions";
    public const string Responses = "responses";
    public const string Embeddings = "embeddings";
    public const string Completions = "completions";
}
