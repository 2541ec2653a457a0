namespace Entourage.Api.Errors;

/// <summary>A body has too many values, or is too large after decompression.</summary>
/// <param name="message">The limit that it exceeds, with the name of the setting.</param>
internal sealed class BodyLimitException(string message) : Exception(message);

/// <summary>Too many large bodies are in memory or being parsed. Nothing was recorded, and the request may be retried.</summary>
internal sealed class BusyException(string message) : Exception(message);
