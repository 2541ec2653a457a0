using Entourage.Api.Otlp;
using Entourage.Api.Protection;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Startup;

/// <summary>What stands between the API and whoever means it ill.</summary>
internal static class Hardening
{
    /// <summary>Adds the limits, and what counts.</summary>
    public static void AddHardening(this WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        var section = configuration.GetSection(ApiLimits.Section);
        services.AddOptions<ConnectionLimits>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RateLimits>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ProxyOptions>().Bind(configuration.GetSection(ProxyOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ConnectionRoom>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ConnectionLimits>, ConnectionRoom>(
            (kestrel, limits, room) => Limit(kestrel, limits.Value, room));

        // Names are checked with the rest, and refused as everything else is.
        services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = ["*"]);
        services.AddSingleton<RequestRates>();
        services.AddSingleton<FailedKeys>();
        services.AddSingleton<BodyBudget>();
        services.AddSingleton<SpendingReports>();
        services.Configure<SocketTransportOptions>(NoticeNothingAhead);
        services.AddScoped<OtlpReader>();
        services.Configure<FormOptions>(LimitForms);
        services.AddRateLimiter();
        services.AddRequestTimeouts();
        services.AddOptions<Microsoft.AspNetCore.Http.Timeouts.RequestTimeoutOptions>()
            .Configure<IOptions<ConnectionLimits>>((timeouts, limits) => timeouts.DefaultPolicy = RequestTime.PolicyOf(limits.Value));
    }

    /// <summary>Checks requests. Comes after what answers errors, and before what looks at keys.</summary>
    /// <param name="app">The server.</param>
    /// <param name="needsKeys">Whether requests need a key.</param>
    public static void UseHardening(this WebApplication app, bool needsKeys)
    {
        UseProxies(app);
        app.Use(SecurityHeaders.AddAsync);
        app.Services.GetRequiredService<RequestRates>().UseAddresses(app, needsKeys);
        app.Use(new CrossSiteGuard(app.Configuration, needsKeys).CheckAsync);
        app.Use(app.Services.GetRequiredService<SpendingReports>().CarryOutAsync);
        app.UseRequestTimeouts();
        app.Use(RequestTime.WatchAsync);
    }

    /// <summary>Counts requests by key. Comes after what looks at keys.</summary>
    public static void UseKeyRates(this WebApplication app) => app.Services.GetRequiredService<RequestRates>().UseKeys(app);

    private static void UseProxies(WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = proxies.Hops,
        };

        // The framework would believe whatever comes from this machine.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var address in proxies.Addresses)
        {
            options.KnownProxies.Add(address);
        }

        foreach (var network in proxies.Networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        // Without either it would believe everybody.
        if (options.KnownProxies.Count + options.KnownIPNetworks.Count > 0)
        {
            app.UseForwardedHeaders(options);
        }
    }

    // The transport reads on only when the server has looked at what it has read. Else it would notice the end of a connection before the
    // request that came before it was read, and a reset would discard that request.
    private static void NoticeNothingAhead(SocketTransportOptions sockets) => sockets.MaxReadBufferSize = 1;

    // The only form is the one to sign in with.
    private static void LimitForms(FormOptions forms)
    {
        forms.ValueCountLimit = 32;
        forms.KeyLengthLimit = 256;
        forms.ValueLengthLimit = 16_384;
        forms.MultipartHeadersCountLimit = 8;
        forms.MultipartHeadersLengthLimit = 4_096;
    }

    private static void Limit(KestrelServerOptions kestrel, ConnectionLimits limits, ConnectionRoom room)
    {
        var slowest = limits.BytesPerSecond == 0 ? null : new MinDataRate(limits.BytesPerSecond, TimeSpan.FromSeconds(limits.SlowSeconds));
        kestrel.Limits.MaxConcurrentConnections = room.Connections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = room.UpgradedConnections;
        kestrel.Limits.Http2.MaxStreamsPerConnection = limits.StreamsPerConnection;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(limits.KeepAliveSeconds);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.HeaderSeconds);
        kestrel.Limits.MaxRequestHeaderCount = limits.HeaderCount;
        kestrel.Limits.MaxRequestHeadersTotalSize = limits.HeaderBytes;
        kestrel.Limits.MaxRequestLineSize = limits.RequestLineBytes;

        // What a connection may have in memory before anything has asked for it.
        kestrel.Limits.MaxRequestBufferSize = Math.Max(BodyBudget.LargeBytes, Math.Max(limits.HeaderBytes, limits.RequestLineBytes));
        kestrel.Limits.MinRequestBodyDataRate = slowest;
        kestrel.Limits.MinResponseDataRate = slowest;
    }
}
