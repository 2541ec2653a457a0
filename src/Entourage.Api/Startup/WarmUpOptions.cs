using System.ComponentModel.DataAnnotations;

namespace Entourage.Api.Startup;

/// <summary>How a server warms up. The configuration section is <c>WarmUp</c>.</summary>
internal sealed class WarmUpOptions
{
    public const string Section = "WarmUp";

    /// <summary>How long a server warms up at most before it reports that it is ready, in seconds. 0: not at all.</summary>
    [Range(0, 300)]
    public int Seconds { get; set; } = 20;
}
