using Entourage.Api.Otlp.Wire;

namespace Entourage.Api.Otlp;

/// <summary>A form in which the protocol is sent.</summary>
internal interface IOtlpFormat
{
    /// <summary>What was read so far and is not what the protocol says.</summary>
    OtlpFaults Faults { get; }

    /// <summary>Finds the parts of a request.</summary>
    /// <param name="body">The body, or its beginning.</param>
    /// <param name="isWhole">Whether it is all of it.</param>
    /// <param name="signal">What it carries.</param>
    /// <param name="index">Gets the parts, and throws where there are too many.</param>
    void Index(ReadOnlyMemory<byte> body, bool isWhole, OtlpSignal signal, OtlpIndex index);

    /// <summary>Reads a resource; one that says nothing where it is none.</summary>
    Resource ReadResource(ReadOnlyMemory<byte> body);

    /// <summary>Reads the name of a scope; empty where there is none.</summary>
    string ReadScope(ReadOnlyMemory<byte> body);

    /// <summary>Reads a log record; null, and noted, where it is none.</summary>
    LogRecord? ReadRecord(ReadOnlyMemory<byte> body);

    /// <summary>Reads a span; null, and noted, where it is none.</summary>
    Span? ReadSpan(ReadOnlyMemory<byte> body);

    /// <summary>Reads a data point of a sum or a gauge; null, and noted, where it is none.</summary>
    Point? ReadPoint(ReadOnlyMemory<byte> body);
}
