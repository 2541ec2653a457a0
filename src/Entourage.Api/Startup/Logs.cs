using Microsoft.Extensions.Logging.Console;

namespace Entourage.Api.Startup;

/// <summary>Sets up the log.</summary>
internal static class Logs
{
    private const string FormatterName = "Logging:Console:FormatterName";
    private const string Timestamp = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // At Debug, the first quotes the headers of malformed requests, and the second quotes input on the dashboard. The third quotes codes and what
    // anyone puts into the provider's place, at any level. ProviderSignIn logs failures.
    private static readonly (string Name, LogLevel Least)[] CategoriesWithSecrets =
    [
        ("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Information),
        ("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.Information),
        ("Microsoft.AspNetCore.Authentication.OpenIdConnect.OpenIdConnectHandler", LogLevel.None),
    ];

    /// <summary>Whether each line is a JSON object. If so, nothing else may be written to the console.</summary>
    public static bool AreJson(IConfiguration configuration) => configuration[FormatterName] == ConsoleFormatterNames.Json;

    /// <summary>Adds the time in UTC to every line, unless the configuration sets another format.</summary>
    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<JsonConsoleFormatterOptions>(options => SetTimestamp(options, Timestamp));
        builder.Services.Configure<SimpleConsoleFormatterOptions>(options => SetTimestamp(options, Timestamp + " "));
        builder.Services.PostConfigure<LoggerFilterOptions>(SilenceSecrets);
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
    }

    /// <summary>Keeps messages that may quote keys or webhook addresses out of every log, whatever level is set.</summary>
    private static void SilenceSecrets(LoggerFilterOptions options)
    {
        // A rule for one provider takes precedence over rules for all.
        foreach (var provider in options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToArray())
        {
            foreach (var category in CategoriesWithSecrets)
            {
                options.Rules.Add(new(provider, category.Name, category.Least, filter: null));
            }
        }
    }

    private static void SetTimestamp(ConsoleFormatterOptions options, string format)
    {
        if (options.TimestampFormat is null)
        {
            (options.TimestampFormat, options.UseUtcTimestamp) = (format, true);
        }
    }
}
