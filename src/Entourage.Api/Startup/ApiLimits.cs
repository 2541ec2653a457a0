using System.ComponentModel.DataAnnotations;

namespace Entourage.Api.Startup;

/// <summary>The limits on requests, in the configuration section <c>Limits</c>.</summary>
internal sealed class ApiLimits
{
    public const string Section = "Limits";

    /// <summary>The largest body of a request, in bytes. A larger one gets 413.</summary>
    [Range(1_024, 1_073_741_824)]
    public long BodyBytes { get; set; } = 1_048_576;

    /// <summary>The largest body of a batch, in bytes.</summary>
    [Range(1_024, 1_073_741_824)]
    public long BatchBodyBytes { get; set; } = 4_194_304;

    /// <summary>The largest body of telemetry, in bytes, both before and after decompression.</summary>
    [Range(1_024, 1_073_741_824)]
    public long TelemetryBodyBytes { get; set; } = 8_388_608;

    /// <summary>How many values a JSON body may have, including member names. More get 413. Batches and telemetry have separate limits.</summary>
    [Range(100, 10_000_000)]
    public int JsonValues { get; set; } = 20_000;

    /// <summary>How many log records, spans or data points a telemetry request may have. More get 413.</summary>
    [Range(1, 1_000_000)]
    public int TelemetryItems { get; set; } = 10_000;

    /// <summary>How many resources, scopes and metrics a telemetry request may have together. More get 413.</summary>
    [Range(1, 1_000_000)]
    public int TelemetryGroups { get; set; } = 10_000;

    /// <summary>How many attributes (protobuf) or values (JSON) a telemetry request may have in total. More get 413.</summary>
    [Range(100, 100_000_000)]
    public int TelemetryValues { get; set; } = 1_000_000;

    /// <summary>How many attributes a resource, log record, span or data point may have. More get 413.</summary>
    [Range(1, 100_000)]
    public int TelemetryItemAttributes { get; set; } = 1_024;

    /// <summary>How many source sessions a telemetry request may report. Items of further sessions are rejected.</summary>
    [Range(1, 100_000)]
    public int TelemetrySources { get; set; } = 1_000;

    /// <summary>How many times telemetry may grow by decompression, beyond the first 256 KiB. More gets 413.</summary>
    [Range(2, 1_032)]
    public int TelemetryInflation { get; set; } = 100;

    /// <summary>
    /// How much memory all bodies above 256 KiB may use together, in bytes. One caller may use a quarter of it. Further bodies wait, and then
    /// get 503.
    /// </summary>
    [Range(1_048_576, 17_179_869_184)]
    public long BodyMemoryBytes { get; set; } = 67_108_864;

    /// <summary>How long a body above 256 KiB waits for memory, and again to be parsed, in seconds. After that it gets 503.</summary>
    [Range(1, 60)]
    public int BodyWaitSeconds { get; set; } = 5;

    /// <summary>How long a body may take to arrive once it exceeds 256 KiB, in seconds. After that it gets 503.</summary>
    [Range(1, 3_600)]
    public int LargeBodySeconds { get; set; } = 15;

    /// <summary>How long a stopping server may take to finish accepted requests, in seconds.</summary>
    [Range(1, 60)]
    public int StopSeconds { get; set; } = 8;
}
