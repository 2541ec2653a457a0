using System.Net;
using Entourage.Api.Errors;
using Microsoft.Extensions.Primitives;

namespace Entourage.Api.Protection;

/// <summary>
/// Refuses what a stranger's page makes a browser send. A browser on the machine of an open server reaches it, and so would any page that
/// it shows: by a name that the stranger points to this machine, or by a form that posts to it.
/// </summary>
internal sealed class CrossSiteGuard(IConfiguration configuration, bool needsKeys)
{
    private const string FetchSite = "Sec-Fetch-Site";
    private const string AnyHost = "*";

    private readonly StringSegment[] hosts =
        [.. (configuration["AllowedHosts"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>Lets a request through, or answers it.</summary>
    public Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!IsKnown(request.Host))
        {
            return new Problem(
                StatusCodes.Status421MisdirectedRequest,
                "unknown-host",
                $"This server does not go by the name '{request.Host.Host}'. Whoever runs it can list its names as AllowedHosts.").WriteAsync(context);
        }

        return IsEffective(request) && IsOfAnotherSite(request)
            ? new Problem(StatusCodes.Status403Forbidden, "cross-site", "A page of another site has sent this.").WriteAsync(context)
            : next(context);
    }

    // Browsers always say whom they ask. What needs no key listens to its own machine alone.
    private bool IsKnown(HostString host) =>
        !host.HasValue || (hosts.Length > 0 ? hosts.Contains(AnyHost) || HostString.MatchesAny(host.Value, hosts) : needsKeys || IsLocal(host.Host));

    private static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    // What a page cannot read the answer of does no harm if it only reads. A WebSocket begins with a GET, and is more.
    private static bool IsEffective(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method) || HttpMethods.IsTrace(request.Method))
        || !StringValues.IsNullOrEmpty(request.Headers.Upgrade);

    // Browsers say so themselves where they trust the connection; elsewhere they name the page's origin with all that is more than a GET.
    private static bool IsOfAnotherSite(HttpRequest request) => (string?)request.Headers[FetchSite] switch
    {
        "same-origin" or "none" => false,
        null => (string?)request.Headers.Origin is { } origin
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)),
        _ => true,
    };
}
