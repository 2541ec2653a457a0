using Entourage.Application.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Entourage.Api.Startup;

/// <summary>Whether the process serves, and whether it should be sent anything.</summary>
internal static class Health
{
    /// <summary>What the addresses begin with.</summary>
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

    // What a check says for itself, and nothing of the fault behind it: whoever reaches the port may read this.
    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new HealthResponse(
            report.Status,
            report.Entries.ToDictionary(entry => entry.Key, entry => new CheckResponse(entry.Value.Status, entry.Value.Description))),
        EntourageJson.Options,
        context.RequestAborted);

    private sealed record HealthResponse(HealthStatus Status, IReadOnlyDictionary<string, CheckResponse> Checks);

    private sealed record CheckResponse(HealthStatus Status, string? Detail);
}

/// <summary>Whether the process is about to end.</summary>
internal sealed class StoppingHealthCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("The server is stopping.") : HealthCheckResult.Healthy());
}
