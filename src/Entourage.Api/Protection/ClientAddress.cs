using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;

namespace Entourage.Api.Protection;

/// <summary>The address that a request is attributed to.</summary>
internal static class ClientAddress
{
    // One subscriber usually has a whole /64 network.
    private const int IPv6PrefixBytes = 8;

    // The framework's header for the original sender of a forwarded request.
    private const string OriginalFor = "X-Original-For";

    /// <summary>Whether a request comes from this machine and not through a proxy, whose loopback address is that of another machine.</summary>
    public static bool IsThisMachine(HttpContext context) => IPAddress.IsLoopback(Of(context)) && !context.Request.Headers.ContainsKey(OriginalFor);

    /// <summary>The IPv4 address, or the /64 network of the IPv6 address.</summary>
    public static IPAddress Of(HttpContext context)
    {
        var address = context.Features.Get<IHttpConnectionFeature>()?.RemoteIpAddress ?? IPAddress.Loopback;
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork || IPAddress.IsLoopback(address))
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(IPv6PrefixBytes).Clear();
        return new IPAddress(bytes);
    }
}
