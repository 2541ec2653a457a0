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

    /// <summary>How long a stopping server may take to finish what it has accepted, in seconds.</summary>
    [Range(1, 60)]
    public int StopSeconds { get; set; } = 8;
}
