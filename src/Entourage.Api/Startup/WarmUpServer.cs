using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Security.Cryptography;
using Entourage.Api.Auth;
using Entourage.Api.Protection;
using Entourage.Infrastructure;
using Entourage.Infrastructure.Persistence;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Entourage.Api.Startup;

/// <summary>
/// A second server in this process, built like the real one, with a temporary store. It listens on a socket in a folder that only this user
/// can open, and reads no configuration. Nothing that it does shows in the real server's store, metrics, traces or log.
/// </summary>
internal sealed class WarmUpServer : IAsyncDisposable
{
    private const string Name = "warm-up";

    private readonly WebApplication app;
    private readonly DirectoryInfo folder;

    private WarmUpServer(WebApplication app, DirectoryInfo folder, HttpClient http) => (this.app, this.folder, Http) = (app, folder, http);

    /// <summary>A client with an admin key.</summary>
    public HttpClient Http { get; }

    public static async Task<WarmUpServer> StartAsync(CancellationToken cancellationToken)
    {
        // Flows into the server's own work. Requests are not traced, because the framework's sources are replaced.
        using var untraced = SuppressInstrumentationScope.Begin();
        var folder = Directory.CreateTempSubdirectory("entourage-warm-up-");
        var connectionString = $"Data Source={Path.Combine(folder.FullName, "entourage.db")}";
        var socket = Path.Combine(folder.FullName, "socket");
        var key = RandomNumberGenerator.GetHexString(64);
        var builder = CreateBuilder(connectionString, key, socket);
        var needsKeys = builder.AddServer();
        Detach(builder.Services);
        var app = builder.Build();
        var server = new WarmUpServer(app, folder, Connect(socket, key));
        try
        {
            app.UseRequestPipeline(needsKeys);
            app.MapEndpoints(needsKeys);
            await CreateStoreAsync(app.Services, cancellationToken);
            await AccessSetup.IssueFirstKeyAsync(app.Services, TextWriter.Null, cancellationToken);
            await app.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private static WebApplicationBuilder CreateBuilder(string connectionString, string key, string socket)
    {
        var builder = WebApplication.CreateEmptyBuilder(new()
        {
            ApplicationName = typeof(WarmUpServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [$"ConnectionStrings:{DatabaseOptions.ConnectionStringName}"] = connectionString,
            [$"{AuthOptions.Section}:{nameof(AuthOptions.Mode)}"] = nameof(AuthMode.Keys),
            [$"{AuthOptions.Section}:{nameof(AuthOptions.BootstrapKey)}"] = key,

            // The load sends as many requests as the server can answer.
            [$"{ApiLimits.Section}:{nameof(RateLimits.KeyBurst)}"] = "10000000",
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        builder.Services.AddRouting();
        return builder;
    }

    private static void Detach(IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<IMeterFactory, Meters>());
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(Meters.Prefix + "*"));
        services.Replace(ServiceDescriptor.Singleton(new ActivitySource(Name)));
        services.Replace(ServiceDescriptor.Singleton(new DiagnosticListener(Name)));
        services.Configure<KeyManagementOptions>(keys => keys.AutoGenerateKeys = false);
    }

    private static async Task CreateStoreAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<EntourageDb>().Database.EnsureCreatedAsync(cancellationToken);
    }

    private static HttpClient Connect(string socket, string key)
    {
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await client.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                    return new NetworkStream(client, ownsSocket: true);
                }
                catch
                {
                    client.Dispose();
                    throw;
                }
            },
        };
        var http = new HttpClient(handler) { BaseAddress = new("http://localhost/") };
        http.DefaultRequestHeaders.Add(KeyAuthentication.Header, key);
        return http;
    }

    /// <summary>Makes meters that nothing else in this process listens to.</summary>
    private sealed class Meters : IMeterFactory
    {
        public const string Prefix = Name + ".";

        private readonly List<Meter> meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(Prefix + options.Name, options.Version);
            lock (meters)
            {
                meters.Add(meter);
            }

            return meter;
        }

        public void Dispose() => meters.ForEach(meter => meter.Dispose());
    }
}
