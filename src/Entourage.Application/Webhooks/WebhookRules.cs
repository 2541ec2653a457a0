using System.Net;
using System.Net.Mail;
using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>The operator's rules for webhook destinations.</summary>
/// <param name="AllowPrivateAddresses">Whether addresses of this machine and its private network are allowed.</param>
/// <param name="SendsEmail">Whether the server can send e-mail.</param>
/// <param name="EmailDomains">The domains to which it may be sent; empty for all.</param>
public sealed record WebhookRules(bool AllowPrivateAddresses, bool SendsEmail, IReadOnlyList<string> EmailDomains)
{
    /// <summary>Whether messages may be sent to an address.</summary>
    public bool Allows(IPAddress address) => AllowPrivateAddresses || PublicAddress.IsPublic(address);

    /// <summary>Whether e-mail may be sent to an address.</summary>
    public bool AllowsEmailTo(MailAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return EmailDomains.Count == 0 || EmailDomains.Contains(address.Host, StringComparer.OrdinalIgnoreCase);
    }

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
