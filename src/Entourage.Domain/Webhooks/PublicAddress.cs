using System.Net;
using System.Net.Sockets;

namespace Entourage.Domain.Webhooks;

/// <summary>
/// Distinguishes public internet addresses from those of the machine, its network and its cloud, to which webhooks must not connect
/// (server-side request forgery).
/// </summary>
public static class PublicAddress
{
    private static readonly IPNetwork GlobalIpv6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            // This network, private, carrier-grade NAT, loopback, link-local, protocol assignments, documentation, relays, benchmarks,
            // multicast, reserved.
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",

            // Special ranges within 2000::/3: protocols and tunnels, documentation, and embedded IPv4 addresses.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether an address is a public internet address.</summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
        else if (Translated.Contains(address))
        {
            // NAT64: the last four bytes are an IPv4 address.
            address = new IPAddress(address.GetAddressBytes().AsSpan(12));
        }

        return (address.AddressFamily == AddressFamily.InterNetwork || GlobalIpv6.Contains(address)) && !Special.Any(network => network.Contains(address));
    }
}
