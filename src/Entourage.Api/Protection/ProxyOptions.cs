using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Entourage.Api.Protection;

/// <summary>The configuration section <c>Proxy</c>: the proxies with trusted forwarded headers.</summary>
internal sealed class ProxyOptions : IValidatableObject
{
    public const string Section = "Proxy";

    // The length of the prefix of an IPv4-mapped IPv6 address.
    private const int MappedPrefixBits = 96;

    /// <summary>Their addresses, separated by semicolons.</summary>
    public string KnownAddresses { get; set; } = "";

    /// <summary>Their networks, such as <c>10.1.0.0/24</c>, separated by semicolons.</summary>
    public string KnownNetworks { get; set; } = "";

    /// <summary>How many of these proxies a request passes through.</summary>
    [Range(1, 10)]
    public int Hops { get; set; } = 1;

    public IEnumerable<IPAddress> Addresses => Parts(KnownAddresses).Select(part => Unmapped(IPAddress.Parse(part)));

    public IEnumerable<IPNetwork> Networks => Parts(KnownNetworks).Select(part => Unmapped(IPNetwork.Parse(part)));

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Parts(KnownAddresses).Where(part => !IPAddress.TryParse(part, out _)).Select(part => new ValidationResult($"Proxy:KnownAddresses: '{part}' is not an IP address."))
            .Concat(Parts(KnownNetworks).Where(part => !IPNetwork.TryParse(part, out _)).Select(part => new ValidationResult($"Proxy:KnownNetworks: '{part}' is not a network, such as 10.1.0.0/24.")));

    // The framework compares IPv4 senders as plain IPv4, even on an IPv6 socket.
    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPNetwork Unmapped(IPNetwork network) =>
        network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedPrefixBits
            ? new(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedPrefixBits)
            : network;

    private static string[] Parts(string text) => text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
