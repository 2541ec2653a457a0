using Entourage.Api.Errors;
using Entourage.Gateway.Calls;
using Microsoft.AspNetCore.Components.Endpoints;
using Scalar.AspNetCore;

namespace Entourage.Api.Protection;

/// <summary>Adds headers that restrict what browsers may do with an answer, and the id of the request.</summary>
internal static class SecurityHeaders
{
    private const string OneYear = "max-age=31536000";

    // Allows nothing: data is not a page.
    private const string DataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Scripts and style sheets of this server only, and no inline scripts. The component library needs style attributes, which cannot run
    // scripts.
    private const string DashboardPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private static readonly PathString Reference = "/docs";

    /// <summary>Adds the headers when the answer starts, so that an error that replaces an answer has them too.</summary>
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
            // Some answers contain secrets.
            headers.CacheControl = "no-store";
        }

        if (!CallerKeys.IsCall(context.Request))
        {
            headers[RequestId.Header] = RequestId.Of(context);
        }

        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = OneYear;
        }

        return Task.CompletedTask;
    }

    // Dashboard pages have many addresses, so they are recognised by their endpoint. Everything that is not a page is data.
    private static string? PolicyOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
            ? DashboardPolicy
            : context.Request.Path.StartsWithSegments(Reference) ? ReferencePolicy(context) : null;

    // Allows the script of the API reference and the inline script with the nonce that starts it. Its style attributes cannot have a nonce.
    private static string ReferencePolicy(HttpContext context)
    {
        var nonce = context.Items[ScalarOptions.NonceHttpContextItemKey] is string value ? $" 'nonce-{value}'" : "";
        return $"default-src 'none'; script-src 'self'{nonce}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }
}
