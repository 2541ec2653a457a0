using System.Diagnostics;
using Entourage.Api.Auth;
using Entourage.Api.Protection;
using Entourage.Application;
using Entourage.Dashboard;
using Entourage.Gateway;
using Entourage.Infrastructure;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Startup;

/// <summary>Sets up the web server, starts it, and waits for its end.</summary>
internal static partial class ServerSetup
{
    private const string DefaultAddress = "http://localhost:8000";

    /// <param name="settings">Configuration from the command line.</param>
    public static WebApplicationBuilder CreateBuilder(string[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // Settings are read once. A watcher would be notified of every write to files below the folder, including the store's. Reloading
            // static assets would add a route that looks for new dashboard files and matches every address.
            Args = ["--hostBuilder:reloadConfigOnChange=false", "--ReloadStaticAssetsAtRuntime=false", .. settings],

            // Settings are beside the program. Data paths are relative to the working directory.
            ContentRootPath = AppContext.BaseDirectory,
        });
        var configuration = builder.Configuration;
        if (ListenAddresses.AreDefault(configuration))
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }

        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddOptions<ApiLimits>().Bind(configuration.GetSection(ApiLimits.Section)).ValidateDataAnnotations().ValidateOnStart();
        var limits = configuration.GetSection(ApiLimits.Section).Get<ApiLimits>() ?? new();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.BodyBytes;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(limits.StopSeconds));
        return builder;
    }

    /// <summary>Adds the services of a server.</summary>
    /// <returns>Whether requests need a key.</returns>
    public static bool AddServer(this WebApplicationBuilder builder)
    {
        builder.AddLogs();
        builder.AddObservability();
        var needsKeys = builder.AddAccess();
        builder.AddProtection();
        builder.Services.AddApplication(builder.Configuration["AutoMapper:LicenseKey"]);
        builder.Services.AddInfrastructure(builder.Configuration);
        builder.Services.AddApi();
        builder.Services.AddGateway(builder.Configuration);
        builder.Services.AddDashboard();
        return needsKeys;
    }

    /// <summary>Prepares the database, issues the first admin key, and starts to listen.</summary>
    public static async Task StartServingAsync(this WebApplication app, bool needsKeys)
    {
        await DatabaseStartup.PrepareAsync(app.Services, CancellationToken.None);
        if (needsKeys)
        {
            await AccessSetup.IssueFirstKeyAsync(app.Services, Console.Out, CancellationToken.None);
        }

        await app.StartAsync();
        if (!Logs.AreJson(app.Configuration))
        {
            await StartupMessage.WriteAsync(app, needsKeys, Console.Out);
        }
    }

    /// <summary>Waits until the server has stopped, then closes the store: SQLite writes its log back into the file.</summary>
    public static async Task WaitForStopAsync(this WebApplication app, bool needsKeys)
    {
        var store = DatabaseOptions.SqlitePathOf(app.Configuration) ?? nameof(DatabaseProvider.SqlServer);
        var mode = needsKeys ? AuthMode.Keys : AuthMode.Open;
        LogStarted(app.Logger, ProductVersion.Text, string.Join(" ", app.Urls), store, mode);
        app.Services.GetRequiredService<ConnectionCapacity>().Report(app.Logger);
        var began = Stopwatch.GetTimestamp();
        await app.WaitForShutdownAsync();
        LogStopped(app.Logger, ProductVersion.Text, Stopwatch.GetElapsedTime(began), store, mode);
        await app.DisposeAsync();
    }

    [LoggerMessage(1, LogLevel.Information, "Entourage {Version} serves {Addresses}. Store: {Store}. Mode: {Mode}")]
    private static partial void LogStarted(ILogger logger, string version, string addresses, string store, AuthMode mode);

    [LoggerMessage(2, LogLevel.Information, "Entourage {Version} has stopped after {Uptime}. Store: {Store}. Mode: {Mode}")]
    private static partial void LogStopped(ILogger logger, string version, TimeSpan uptime, string store, AuthMode mode);
}
