using System.ComponentModel.DataAnnotations;

namespace Entourage.Api.Protection;

/// <summary>How often one may ask: of the configuration section <c>Limits</c>. In each case 0 is as often as they like.</summary>
public sealed class RateLimits
{
    /// <summary>How many requests a minute an address may go on sending, except this machine. Valid keys and tokens are served all the same.</summary>
    [Range(0, 10_000_000)]
    public int AddressPerMinute { get; set; } = 120_000;

    /// <summary>How many of them it may send at once.</summary>
    [Range(1, 10_000_000)]
    public int AddressBurst { get; set; } = 20_000;

    /// <summary>How many requests a minute may go on coming with one key, or with one person's tokens.</summary>
    [Range(0, 10_000_000)]
    public int KeyPerMinute { get; set; } = 60_000;

    /// <summary>How many of them may come at once.</summary>
    [Range(1, 10_000_000)]
    public int KeyBurst { get; set; } = 10_000;

    /// <summary>How many wrong keys an address may try in a minute; a further one is answered 429. Valid keys are served all the same.</summary>
    [Range(0, 1_000_000)]
    public int FailedKeysPerMinute { get; set; } = 30;
}
