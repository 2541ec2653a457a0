using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Entourage.Gateway.Upstreams;

/// <summary>Sends calls to providers, over connections that are kept.</summary>
internal sealed class UpstreamClient : IDisposable
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    private readonly IHttpForwarder forwarder;
    private readonly HttpMessageInvoker invoker;
    private readonly ForwarderRequestConfig config;

    public UpstreamClient(IHttpForwarder forwarder, IOptions<GatewayOptions> options)
    {
        this.forwarder = forwarder;
        invoker = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(options.Value.ConnectSeconds),
            EnableMultipleHttp2Connections = true,

            // The provider learns nothing of the traces of this server.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            PooledConnectionLifetime = ConnectionLifetime,
            UseCookies = false,
        });
        config = new() { ActivityTimeout = TimeSpan.FromSeconds(options.Value.CallSeconds), Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
    }

    /// <summary>Passes a call on, and its answer back.</summary>
    public async Task<ForwarderError> SendAsync(HttpContext context, UpstreamRequest request, CancellationToken cancellationToken) =>
        await forwarder.SendAsync(context, request.Prefix, invoker, config, request, cancellationToken);

    public void Dispose() => invoker.Dispose();
}
