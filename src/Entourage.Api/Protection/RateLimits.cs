using System.ComponentModel.DataAnnotations;

namespace Entourage.Api.Protection;

/// <summary>The rate limits in the configuration section <c>Limits</c>. A rate of 0 means no limit.</summary>
internal sealed class RateLimits
{
    /// <summary>The sustained number of requests per minute from one address, except this machine. Valid keys and tokens are still served.</summary>
    [Range(0, 10_000_000)]
    public int AddressPerMinute { get; set; } = 120_000;

    /// <summary>How many of these requests may arrive at once.</summary>
    [Range(1, 10_000_000)]
    public int AddressBurst { get; set; } = 20_000;

    /// <summary>The sustained number of requests per minute with one key, or with one person's tokens.</summary>
    [Range(0, 10_000_000)]
    public int KeyPerMinute { get; set; } = 60_000;

    /// <summary>How many of these requests may arrive at once.</summary>
    [Range(1, 10_000_000)]
    public int KeyBurst { get; set; } = 10_000;

    /// <summary>How many wrong keys an address may try per minute. Further wrong keys get 429. Valid keys are still served.</summary>
    [Range(0, 1_000_000)]
    public int FailedKeysPerMinute { get; set; } = 30;
}
