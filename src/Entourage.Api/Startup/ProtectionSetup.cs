using Entourage.Api.Otlp;
using Entourage.Api.Protection;
using Entourage.Application.Otlp;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Startup;

/// <summary>Sets up the protection of the API against abuse.</summary>
internal static class ProtectionSetup
{
    public static void AddProtection(this WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        var section = configuration.GetSection(ApiLimits.Section);
        services.AddOptions<ConnectionLimits>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RateLimits>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ProxyOptions>().Bind(configuration.GetSection(ProxyOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ConnectionCapacity>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ConnectionLimits>, ConnectionCapacity>(
            (kestrel, limits, capacity) => SetLimits(kestrel, limits.Value, capacity));

        // CrossSiteGuard checks host names, and answers with problem details.
        services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = ["*"]);
        services.AddSingleton<RequestRates>();
        services.AddSingleton<FailedKeys>();
        services.AddSingleton<BodyBudget>();
        services.AddSingleton<SpendingReports>();
        services.Configure<SocketTransportOptions>(DisableReadAhead);
        services.AddOptions<OtlpOptions>().Bind(configuration.GetSection(OtlpOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => TelemetryLabels.Parse(provider.GetRequiredService<IOptions<OtlpOptions>>().Value.LabelAttributes)!);
        services.AddScoped<OtlpReader>();
        services.Configure<FormOptions>(LimitForms);
        services.AddRequestTimeouts();
        services.AddOptions<Microsoft.AspNetCore.Http.Timeouts.RequestTimeoutOptions>()
            .Configure<IOptions<ConnectionLimits>>((timeouts, limits) => timeouts.DefaultPolicy = RequestTimeouts.PolicyOf(limits.Value));
    }

    /// <summary>Adds the checks that come after error handling and before authentication.</summary>
    public static void UseProtection(this WebApplication app, bool needsKeys)
    {
        UseProxies(app);
        app.Use(SecurityHeaders.AddAsync);
        app.Services.GetRequiredService<RequestRates>().UseAddresses(app, needsKeys);
        app.Use(new CrossSiteGuard(app.Configuration, needsKeys).CheckAsync);
        app.Use(app.Services.GetRequiredService<SpendingReports>().ProtectAsync);
        app.UseRequestTimeouts();
        app.Use(RequestTimeouts.EnforceAsync);
    }

    /// <summary>Limits the request rate of each key. Comes after authentication.</summary>
    public static void UseCallerRates(this WebApplication app) => app.Services.GetRequiredService<RequestRates>().UseCallers(app);

    private static void UseProxies(WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = proxies.Hops,
        };

        // By default, the framework trusts this machine as a proxy.
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

        // Without known proxies or networks, the framework would trust every sender.
        if (options.KnownProxies.Count + options.KnownIPNetworks.Count > 0)
        {
            app.UseForwardedHeaders(options);
        }
    }

    // The transport reads more only after the server has consumed what it read. Otherwise it would see the end of a connection before the
    // server has read the request, and a reset would discard that request.
    private static void DisableReadAhead(SocketTransportOptions sockets) => sockets.MaxReadBufferSize = 1;

    // The only form is the sign-in form.
    private static void LimitForms(FormOptions forms)
    {
        forms.ValueCountLimit = 32;
        forms.KeyLengthLimit = 256;
        forms.ValueLengthLimit = 16_384;
        forms.MultipartHeadersCountLimit = 8;
        forms.MultipartHeadersLengthLimit = 4_096;
    }

    private static void SetLimits(KestrelServerOptions kestrel, ConnectionLimits limits, ConnectionCapacity capacity)
    {
        var minRate = limits.BytesPerSecond == 0 ? null : new MinDataRate(limits.BytesPerSecond, TimeSpan.FromSeconds(limits.SlowSeconds));
        kestrel.Limits.MaxConcurrentConnections = capacity.Connections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = capacity.UpgradedConnections;
        kestrel.Limits.Http2.MaxStreamsPerConnection = limits.StreamsPerConnection;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(limits.KeepAliveSeconds);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.HeaderSeconds);
        kestrel.Limits.MaxRequestHeaderCount = limits.HeaderCount;
        kestrel.Limits.MaxRequestHeadersTotalSize = limits.HeaderBytes;
        kestrel.Limits.MaxRequestLineSize = limits.RequestLineBytes;

        // The memory of a connection before anything reads from it.
        kestrel.Limits.MaxRequestBufferSize = Math.Max(BodyBudget.LargeBytes, Math.Max(limits.HeaderBytes, limits.RequestLineBytes));
        kestrel.Limits.MinRequestBodyDataRate = minRate;
        kestrel.Limits.MinResponseDataRate = minRate;
    }
}
