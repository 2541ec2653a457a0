using Microsoft.AspNetCore.Components.Endpoints;
using Scalar.AspNetCore;

namespace Entourage.Api.Protection;

/// <summary>Tells browsers what they must not do with an answer, whatever is in it.</summary>
internal static class SecurityHeaders
{
    private const string Year = "max-age=31536000";

    // Nothing at all: data are no page.
    private const string DataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Scripts and style sheets of this server, and no script in the page. The component library places what it shows by attributes of
    // elements, which may bear a style and run nothing.
    private const string DashboardPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // The first that the path begins with; what begins with none of them is data.
    private static readonly (PathString Path, Func<HttpContext, string> Policy)[] Pages =
    [
        ("/docs", ReferencePolicy),
    ];

    /// <summary>Adds them when the answer begins: one that is begun anew for an error has them, too.</summary>
    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(static state => Add((HttpContext)state), context);
        return next(context);
    }

    private static Task Add(HttpContext context)
    {
        var headers = context.Response.Headers;
        var page = PolicyOf(context);
        headers.ContentSecurityPolicy = page ?? DataPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        if (page is null && headers.CacheControl.Count == 0)
        {
            // Some answers hold secrets that are shown once.
            headers.CacheControl = "no-store";
        }

        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = Year;
        }

        return Task.CompletedTask;
    }

    // Pages of the dashboard are known by what answers them; their addresses are many.
    private static string? PolicyOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
            ? DashboardPolicy
            : Array.Find(Pages, page => context.Request.Path.StartsWithSegments(page.Path)).Policy?.Invoke(context);

    // Its script and what begins it, nothing else. It styles its elements one by one, which no nonce can allow.
    private static string ReferencePolicy(HttpContext context)
    {
        var nonce = context.Items[ScalarOptions.NonceHttpContextItemKey] is string value ? $" 'nonce-{value}'" : "";
        return $"default-src 'none'; script-src 'self'{nonce}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }
}
