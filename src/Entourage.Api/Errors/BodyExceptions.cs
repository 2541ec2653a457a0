namespace Entourage.Api.Errors;

/// <summary>A body holds more than a request may, whatever its size in bytes.</summary>
/// <param name="message">Which limit it exceeds, and the setting that raises it.</param>
internal sealed class BodyLimitException(string message) : Exception(message);

/// <summary>Too many large bodies are in memory or being parsed. Nothing was recorded, and the same request may succeed a moment later.</summary>
/// <param name="message">What is short, for the caller.</param>
internal sealed class BusyException(string message) : Exception(message);
