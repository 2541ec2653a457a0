using System.Diagnostics;
using Entourage.Api.Protection;
using Microsoft.Extensions.Logging.Console;

namespace Entourage.Api.Startup;

/// <summary>How the log looks, and its first and last line.</summary>
internal static partial class Logs
{
    private const string FormatterName = "Logging:Console:FormatterName";
    private const string Timestamp = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // The first quotes headers of what is no HTTP, the second what is typed on the dashboard; both at Debug.
    private static readonly string[] Quoting =
        ["Microsoft.AspNetCore.Server.Kestrel.BadRequests", "Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher"];

    /// <summary>Whether each line is an object; then nothing else is written among them.</summary>
    public static bool AreJson(IConfiguration configuration) => configuration[FormatterName] == ConsoleFormatterNames.Json;

    /// <summary>Has the time in every line, in UTC, unless the configuration wants it otherwise.</summary>
    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<JsonConsoleFormatterOptions>(options => Stamp(options, Timestamp));
        builder.Services.Configure<SimpleConsoleFormatterOptions>(options => Stamp(options, Timestamp + " "));
        builder.Services.PostConfigure<LoggerFilterOptions>(Silence);
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
    }

    /// <summary>Says that the server serves, and when it does so no longer.</summary>
    /// <param name="app">The server.</param>
    /// <param name="store">Where its data are.</param>
    /// <param name="mode">Whom it lets in.</param>
    public static async Task WaitForStopAsync(WebApplication app, string store, string mode)
    {
        LogStarted(app.Logger, ProductVersion.Text, string.Join(" ", app.Urls), store, mode);
        app.Services.GetRequiredService<ConnectionRoom>().Report(app.Logger);
        var began = Stopwatch.GetTimestamp();
        await app.WaitForShutdownAsync();
        LogStopped(app.Logger, ProductVersion.Text, store, mode, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Keeps what quotes callers out of every log, whatever its level is: there may be a key in it, or the address of a webhook.</summary>
    private static void Silence(LoggerFilterOptions options)
    {
        // A rule for one log goes before those for all of them.
        foreach (var log in options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToArray())
        {
            foreach (var category in Quoting)
            {
                options.Rules.Add(new(log, category, LogLevel.Information, filter: null));
            }
        }
    }

    private static void Stamp(ConsoleFormatterOptions options, string format)
    {
        if (options.TimestampFormat is null)
        {
            (options.TimestampFormat, options.UseUtcTimestamp) = (format, true);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Entourage {Version} serves {Addresses}; its store is {Store}, its mode {Mode}")]
    private static partial void LogStarted(ILogger logger, string version, string addresses, string store, string mode);

    [LoggerMessage(2, LogLevel.Information, "Entourage {Version} has stopped; its store was {Store}, its mode {Mode}, and it ran for {Uptime}")]
    private static partial void LogStopped(ILogger logger, string version, string store, string mode, TimeSpan uptime);
}
