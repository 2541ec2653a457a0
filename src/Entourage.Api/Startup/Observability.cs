using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Entourage.Api.Startup;

/// <summary>
/// Sets up metrics at <c>/metrics</c>, and metrics, traces and logs for an OpenTelemetry collector if the standard variables name one.
/// </summary>
internal static class Observability
{
    public const string MetricsPath = "/metrics";

    private const string ServiceName = "entourage";
    private const string OurSources = "Entourage.*";
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] Meters = [OurSources, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    public static void AddObservability(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var telemetry = builder.Services.AddOpenTelemetry()
            // The standard variables come last, so that they override.
            .ConfigureResource(resource => resource.Clear().AddTelemetrySdk().AddService(ServiceName, serviceVersion: ProductVersion.Text).AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).AddPrometheusExporter();
                if (Exports("METRICS"))
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (Exports("TRACES"))
        {
            telemetry.WithTracing(tracing => tracing
                .AddSource(OurSources)
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !IsProbe(context.Request.Path))
                .AddOtlpExporter());
        }

        if (Exports("LOGS"))
        {
            telemetry.WithLogging(
                logging => logging.AddOtlpExporter(),
                options => (options.IncludeFormattedMessage, options.IncludeScopes) = (true, true));
        }

        bool Exports(string signal) =>
            configuration[$"OTEL_{signal}_EXPORTER"] != "none"
            && (IsSet(Endpoint) || IsSet(Endpoint.Replace("OTLP", $"OTLP_{signal}", StringComparison.Ordinal)));

        bool IsSet(string variable) => !string.IsNullOrEmpty(configuration[variable]);
    }

    private static bool IsProbe(PathString path) => path.StartsWithSegments(Health.Path) || path.StartsWithSegments(MetricsPath);
}
