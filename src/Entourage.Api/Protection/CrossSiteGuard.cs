using System.Net;
using Entourage.Api.Errors;
using Microsoft.Extensions.Primitives;

namespace Entourage.Api.Protection;

/// <summary>
/// Refuses requests that a page of another site makes a browser send. A browser on the machine of an open server can reach it, so any page
/// could, by a host name that resolves to this machine (DNS rebinding) or by a form that posts to it.
/// </summary>
internal sealed class CrossSiteGuard(IConfiguration configuration, bool needsKeys)
{
    private const string FetchSite = "Sec-Fetch-Site";
    private const string AnyHost = "*";

    private readonly StringSegment[] hosts =
        [.. (configuration["AllowedHosts"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    public Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!IsAllowedHost(request.Host))
        {
            return new Problem(
                StatusCodes.Status421MisdirectedRequest,
                "unknown-host",
                $"This server does not accept the host name '{request.Host.Host}'. Its operator can add names to the setting AllowedHosts.").WriteAsync(context);
        }

        return HasEffects(request) && IsCrossSite(request)
            ? new Problem(StatusCodes.Status403Forbidden, "cross-site", "A page of another site sent this request.").WriteAsync(context)
            : next(context);
    }

    // Browsers always send a host. A server without keys accepts only local names by default.
    private bool IsAllowedHost(HostString host) =>
        !host.HasValue || (hosts.Length > 0 ? hosts.Contains(AnyHost) || HostString.MatchesAny(host.Value, hosts) : needsKeys || IsLocal(host.Host));

    private static bool IsLocal(string host) =>
        host is "localhost" or "127.0.0.1"
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    // A page of another site cannot read answers, so reads are harmless. A WebSocket begins with a GET, but can do more.
    private static bool HasEffects(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method) || HttpMethods.IsTrace(request.Method))
        || !StringValues.IsNullOrEmpty(request.Headers.Upgrade);

    // Browsers send Sec-Fetch-Site over trustworthy connections. Over others, they send Origin with everything except reads.
    private static bool IsCrossSite(HttpRequest request) => (string?)request.Headers[FetchSite] switch
    {
        "same-origin" or "none" => false,
        null => (string?)request.Headers.Origin is { } origin
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)),
        _ => true,
    };
}
