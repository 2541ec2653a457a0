using System.Net;
using System.Net.Sockets;

namespace Entourage.Api.Protection;

/// <summary>From where a request comes, for those who count.</summary>
internal static class ClientAddress
{
    // Whoever has one address of IPv6 has all that begin with the same half.
    private const int OwnedBytes = 8;

    // The framework keeps here whom a request came from before it took a proxy's word for it.
    private const string Original = "X-Original-For";

    /// <summary>Whether a request comes from this machine, by no proxy: what a proxy calls loopback is another machine.</summary>
    public static bool IsThisMachine(HttpContext context) => IPAddress.IsLoopback(Of(context)) && !context.Request.Headers.ContainsKey(Original);

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
