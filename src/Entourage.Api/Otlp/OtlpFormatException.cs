namespace Entourage.Api.Otlp;

/// <summary>A body is not what its media type says.</summary>
/// <param name="message">What is wrong with it.</param>
internal sealed class OtlpFormatException(string message) : Exception(message);
