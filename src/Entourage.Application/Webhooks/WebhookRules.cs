using System.Net;
using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>Where the operator lets webhooks go.</summary>
/// <param name="AllowPrivateAddresses">Also to addresses of this machine and its network.</param>
public sealed record WebhookRules(bool AllowPrivateAddresses)
{
    /// <summary>Whether messages may go to an address.</summary>
    public bool Allows(IPAddress address) => AllowPrivateAddresses || PublicAddress.IsPublic(address);

    /// <summary>Whether the host of an address may be one that messages go to. A name tells only when it is looked up, each time anew.</summary>
    public bool MayAllow(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? Allows(IPAddress.Parse(url.DnsSafeHost))
            : AllowPrivateAddresses || !IsThisMachine(url.DnsSafeHost);
    }

    private static bool IsThisMachine(string host)
    {
        var name = host.TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}
