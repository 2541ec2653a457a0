using System.Net;
using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>The operator's rules for webhook destinations.</summary>
/// <param name="AllowPrivateAddresses">Whether addresses of this machine and its private network are allowed.</param>
public sealed record WebhookRules(bool AllowPrivateAddresses)
{
    /// <summary>Whether messages may be sent to an address.</summary>
    public bool Allows(IPAddress address) => AllowPrivateAddresses || PublicAddress.IsPublic(address);

    /// <summary>
    /// Whether messages may be sent to the host of a URL, as far as that is known without DNS. A name is checked again whenever it is resolved.
    /// </summary>
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
