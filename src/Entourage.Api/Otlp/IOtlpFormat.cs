using Entourage.Api.Otlp.Wire;

namespace Entourage.Api.Otlp;

/// <summary>An encoding of OTLP: protobuf or JSON.</summary>
internal interface IOtlpFormat
{
    /// <summary>The items that were read so far and are not valid OTLP.</summary>
    OtlpItemErrors Errors { get; }

    /// <summary>Finds the parts of a body.</summary>
    /// <param name="body">The body, or its beginning.</param>
    /// <param name="isWhole">Whether this is the whole body.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="index">Receives the parts, and throws if there are too many.</param>
    void Index(ReadOnlyMemory<byte> body, bool isWhole, OtlpSignal signal, OtlpIndex index);

    /// <summary>Reads a resource; an empty one if it is invalid.</summary>
    Resource ReadResource(ReadOnlyMemory<byte> body);

    /// <summary>Reads the name of a scope; empty if there is none.</summary>
    string ReadScope(ReadOnlyMemory<byte> body);

    /// <summary>Reads a log record; null if it is invalid, with an entry in <see cref="Errors"/>.</summary>
    LogRecord? ReadRecord(ReadOnlyMemory<byte> body);

    /// <summary>Reads a span; null if it is invalid, with an entry in <see cref="Errors"/>.</summary>
    Span? ReadSpan(ReadOnlyMemory<byte> body);

    /// <summary>Reads a data point of a sum or a gauge; null if it is invalid, with an entry in <see cref="Errors"/>.</summary>
    Point? ReadPoint(ReadOnlyMemory<byte> body);
}
