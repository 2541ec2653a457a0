namespace Entourage.Api.Otlp;

/// <summary>A body is not valid protobuf.</summary>
internal sealed class OtlpFormatException(string message) : Exception(message);
