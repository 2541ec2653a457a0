using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Entourage.Api.Startup;

/// <summary>
/// What the server tells those who watch it: metrics for whoever reads <c>/metrics</c>, and metrics, traces and logs for an OpenTelemetry
/// collector where the standard variables name one.
/// </summary>
internal static class Observability
{
    /// <summary>Where metrics are read.</summary>
    public const string MetricsPath = "/metrics";

    private const string ServiceName = "entourage";
    private const string Own = "Entourage.*";
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] Meters = [Own, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    public static void AddObservability(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var telemetry = builder.Services.AddOpenTelemetry()
            // The standard variables come last: they win.
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
                .AddSource(Own)
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
            && (Given(Endpoint) || Given(Endpoint.Replace("OTLP", $"OTLP_{signal}", StringComparison.Ordinal)));

        bool Given(string variable) => !string.IsNullOrEmpty(configuration[variable]);
    }

    private static bool IsProbe(PathString path) => path.StartsWithSegments(Health.Path) || path.StartsWithSegments(MetricsPath);
}
