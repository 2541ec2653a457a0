namespace Entourage.Api.Startup;

/// <summary>How the server listens, and how it stops.</summary>
internal static class Server
{
    private const string DefaultAddress = "http://localhost:8000";

    public static void AddServer(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (ListenAddresses.AreDefault(configuration))
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }

        builder.Services.AddOptions<ApiLimits>().Bind(configuration.GetSection(ApiLimits.Section)).ValidateDataAnnotations().ValidateOnStart();
        var limits = configuration.GetSection(ApiLimits.Section).Get<ApiLimits>() ?? new();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.BodyBytes;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(limits.StopSeconds));
    }
}
