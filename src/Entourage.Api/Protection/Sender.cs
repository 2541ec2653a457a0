using System.Net;
using System.Net.Sockets;

namespace Entourage.Api.Protection;

/// <summary>From where a request comes, for those who count.</summary>
internal static class Sender
{
    // Whoever has one address of IPv6 has all that begin with the same half.
    private const int OwnedBytes = 8;

    /// <summary>The address, or what stands for all that its owner has.</summary>
    public static IPAddress Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork || IPAddress.IsLoopback(address))
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(OwnedBytes).Clear();
        return new IPAddress(bytes);
    }
}
