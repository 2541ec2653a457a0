using System.Net.Http.Headers;
using Entourage.Gateway.Calls;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace Entourage.Gateway.Upstreams;

/// <summary>
/// Passes a call on: the address, the credential and what the caller sent for Entourage change, and everything else stays as it is. It starts the meter
/// when the answer begins.
/// </summary>
/// <param name="upstream">The upstream.</param>
/// <param name="path">The path below its base URL.</param>
/// <param name="meter">Meters the answer; null for a call that costs nothing.</param>
internal sealed class UpstreamRequest(Upstream upstream, string path, CallMeter? meter) : HttpTransformer
{
    /// <summary>The header with the Entourage key of a caller whose own credential is passed on.</summary>
    public const string KeyHeader = "X-Entourage-Key";

    private const string OwnHeaders = "X-Entourage-";

    // The encodings whose answers can be metered.
    private static readonly string[] Encodings = ["gzip", "deflate", "br", "identity"];

    // The caller's own, which the forwarder would leave out.
    private static readonly string[] TraceHeaders = [HeaderNames.TraceParent, HeaderNames.TraceState, HeaderNames.Baggage];

    /// <summary>The address of the upstream, which the forwarder wants to know.</summary>
    public string Prefix => upstream.BaseUrl.AbsoluteUri;

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = new(upstream.BaseUrl, path + QueryOf(httpContext.Request));
        var headers = proxyRequest.Headers;
        headers.Host = null;
        headers.Remove(HeaderNames.Cookie);
        foreach (var name in httpContext.Request.Headers.Keys.Where(name => name.StartsWith(OwnHeaders, StringComparison.OrdinalIgnoreCase)))
        {
            headers.Remove(name);
        }

        foreach (var name in upstream.ReplacedHeaders)
        {
            headers.Remove(name);
        }

        foreach (var name in TraceHeaders)
        {
            if (httpContext.Request.Headers.TryGetValue(name, out var values))
            {
                headers.Remove(name);
                headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        if (upstream.ApiKey is { } key)
        {
            var name = upstream.Format.CredentialHeaders[0];
            headers.TryAddWithoutValidation(name, name == HeaderNames.Authorization ? $"Bearer {key}" : key);
        }

        foreach (var (name, value) in upstream.Headers)
        {
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }

        if (meter is not null)
        {
            LimitEncodings(httpContext.Request.Headers, headers, meter.ChangesAnswer);
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (httpContext.Features.Get<IStatusCodePagesFeature>() is { } pages)
        {
            // An error without a body is the provider's own.
            pages.Enabled = proxyResponse is null;
        }

        if (proxyResponse is not null && meter is not null)
        {
            meter.Begin(httpContext, proxyResponse);
        }

        var passes = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is not null && meter is not null)
        {
            await meter.EndWhenCutAsync(proxyResponse, cancellationToken);
        }

        return passes;
    }

    private static void LimitEncodings(IHeaderDictionary sent, HttpRequestHeaders headers, bool changesAnswer)
    {
        // As text: parsed and written again, they would look different.
        string[] offered = [.. sent.AcceptEncoding.SelectMany(value => (value ?? "").Split(','))];
        string[] accepted = changesAnswer ? [] : [.. offered.Where(encoding => Encodings.Contains(encoding.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase))];
        if (!changesAnswer && accepted.Length == offered.Length)
        {
            return;
        }

        headers.Remove(HeaderNames.AcceptEncoding);
        headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, accepted.Length == 0 ? "identity" : string.Join(',', accepted).Trim());
    }

    // A key in the query is the caller's Entourage key.
    private string QueryOf(HttpRequest request)
    {
        if (upstream.ApiKey is null || !request.Query.ContainsKey(CallerKeys.QueryName))
        {
            return request.QueryString.Value ?? "";
        }

        var kept = request.QueryString.Value![1..].Split('&').Where(part => !part.StartsWith($"{CallerKeys.QueryName}=", StringComparison.OrdinalIgnoreCase));
        var query = string.Join('&', kept);
        return query.Length == 0 ? "" : $"?{query}";
    }
}
