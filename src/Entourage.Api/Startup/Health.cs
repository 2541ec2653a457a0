using Entourage.Application.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Entourage.Api.Startup;

/// <summary>The health checks: <c>live</c> while the process serves, <c>ready</c> while it can take calls.</summary>
internal static class Health
{
    public const string Path = "/health";

    public static void AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<StoreHealthCheck>();
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store").AddCheck<StoppingHealthCheck>("stopping");
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks(Path + "/live", new() { Predicate = _ => false, ResponseWriter = WriteAsync }).DisableHttpMetrics().AllowAnonymous();
        app.MapHealthChecks(Path + "/ready", new() { ResponseWriter = WriteAsync }).DisableHttpMetrics().AllowAnonymous();
    }

    // Writes descriptions only, no exceptions: anyone who reaches the port may read this.
    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new HealthResponse(
            report.Status,
            report.Entries.ToDictionary(entry => entry.Key, entry => new CheckResponse(entry.Value.Status, entry.Value.Description))),
        EntourageJson.Options,
        context.RequestAborted);

    private sealed record HealthResponse(HealthStatus Status, IReadOnlyDictionary<string, CheckResponse> Checks);

    private sealed record CheckResponse(HealthStatus Status, string? Detail);
}

/// <summary>Unhealthy while the server is stopping.</summary>
internal sealed class StoppingHealthCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("The server is stopping.") : HealthCheckResult.Healthy());
}
