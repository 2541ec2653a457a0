using System.ComponentModel.DataAnnotations;

namespace Entourage.Api.Startup;

/// <summary>What a request may take: the configuration section <c>Limits</c>.</summary>
public sealed class ApiLimits
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Limits";

    /// <summary>The largest body of a request, in bytes; a larger one is answered 413.</summary>
    [Range(1_024, 1_073_741_824)]
    public long BodyBytes { get; set; } = 1_048_576;

    /// <summary>The largest body of a batch, in bytes.</summary>
    [Range(1_024, 1_073_741_824)]
    public long BatchBodyBytes { get; set; } = 4_194_304;

    /// <summary>The largest body of telemetry, in bytes, before and after it is decompressed.</summary>
    [Range(1_024, 1_073_741_824)]
    public long TelemetryBodyBytes { get; set; } = 8_388_608;

    /// <summary>How many values a JSON body may have, the names of members counted; more are answered 413. Batches and telemetry have limits of their own.</summary>
    [Range(100, 10_000_000)]
    public int JsonValues { get; set; } = 20_000;

    /// <summary>How many log records, spans or data points a request of telemetry may have; more are answered 413.</summary>
    [Range(1, 1_000_000)]
    public int TelemetryItems { get; set; } = 10_000;

    /// <summary>How many resources, scopes and metrics a request of telemetry may have, taken together; more are answered 413.</summary>
    [Range(1, 1_000_000)]
    public int TelemetryGroups { get; set; } = 10_000;

    /// <summary>How many attributes (protobuf) or values (JSON) a request of telemetry may have in all; more are answered 413.</summary>
    [Range(100, 100_000_000)]
    public int TelemetryValues { get; set; } = 1_000_000;

    /// <summary>How many attributes a resource, log record, span or data point may have; more are answered 413.</summary>
    [Range(1, 100_000)]
    public int TelemetryItemAttributes { get; set; } = 1_024;

    /// <summary>How many sessions of programs a request of telemetry may tell of; items of further ones are refused.</summary>
    [Range(1, 100_000)]
    public int TelemetrySources { get; set; } = 1_000;

    /// <summary>How many times larger than what was sent telemetry may be once it is decompressed, beyond the first 256 KiB; more is answered 413.</summary>
    [Range(2, 1_032)]
    public int TelemetryInflation { get; set; } = 100;

    /// <summary>
    /// How much memory the bodies above 256 KiB of all requests may take together, in bytes; a quarter of it for one caller. Further ones
    /// wait, and are then answered 503.
    /// </summary>
    [Range(1_048_576, 17_179_869_184)]
    public long BodyMemoryBytes { get; set; } = 67_108_864;

    /// <summary>How long a body above 256 KiB waits for memory, and then to be parsed, in seconds; then the answer is 503.</summary>
    [Range(1, 60)]
    public int BodyWaitSeconds { get; set; } = 5;

    /// <summary>How long a body above 256 KiB may take to arrive from there on, in seconds; then the answer is 503.</summary>
    [Range(1, 3_600)]
    public int LargeBodySeconds { get; set; } = 15;

    /// <summary>How long a stopping server may take to finish what it has accepted, in seconds.</summary>
    [Range(1, 60)]
    public int StopSeconds { get; set; } = 8;
}
