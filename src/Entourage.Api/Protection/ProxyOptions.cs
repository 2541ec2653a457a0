using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Entourage.Api.Protection;

/// <summary>The proxies that are believed who sent a request: the configuration section <c>Proxy</c>.</summary>
public sealed class ProxyOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Proxy";

    // What an address of IPv6 that stands for one of IPv4 has before it.
    private const int MappedBits = 96;

    /// <summary>Their addresses, with semicolons between them.</summary>
    public string KnownAddresses { get; set; } = "";

    /// <summary>Their networks, such as <c>10.1.0.0/24</c>, with semicolons between them.</summary>
    public string KnownNetworks { get; set; } = "";

    /// <summary>How many of them a request passes.</summary>
    [Range(1, 10)]
    public int Hops { get; set; } = 1;

    /// <summary>The addresses.</summary>
    internal IEnumerable<IPAddress> Addresses => Parts(KnownAddresses).Select(part => Plain(IPAddress.Parse(part)));

    /// <summary>The networks.</summary>
    internal IEnumerable<IPNetwork> Networks => Parts(KnownNetworks).Select(part => Plain(IPNetwork.Parse(part)));

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Parts(KnownAddresses).Where(part => !IPAddress.TryParse(part, out _)).Select(part => new ValidationResult($"'{part}' is not an address."))
            .Concat(Parts(KnownNetworks).Where(part => !IPNetwork.TryParse(part, out _)).Select(part => new ValidationResult($"'{part}' is not a network.")));

    // Requests are compared with addresses of IPv4 as such, also where these come to a socket of IPv6.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPNetwork Plain(IPNetwork network) =>
        network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedBits
            ? new(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedBits)
            : network;

    private static string[] Parts(string text) => text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
