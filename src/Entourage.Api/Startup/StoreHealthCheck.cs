using Entourage.Application.Abstractions;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Entourage.Api.Startup;

/// <summary>Healthy if the store answers and has the schema of this version.</summary>
internal sealed class StoreHealthCheck(IServiceScopeFactory scopes) : IHealthCheck
{
    // Shorter than the timeout of a typical probe.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private Task<HealthCheckResult> current = Task.FromResult(HealthCheckResult.Healthy());
    private bool isMigrated;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await JoinCheck().WaitAsync(Timeout, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"The store did not answer within {Timeout.TotalSeconds} seconds.");
        }
    }

    /// <summary>Starts a check, or joins the one that runs, so that probes do not pile up while the store hangs.</summary>
    private Task<HealthCheckResult> JoinCheck()
    {
        lock (gate)
        {
            return current = current.IsCompleted ? Task.Run(CheckStoreAsync) : current;
        }
    }

    private async Task<HealthCheckResult> CheckStoreAsync()
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IEntourageDb>().Organisations.AnyAsync();

            // Migrations are never reverted, so this need not be checked again.
            isMigrated = isMigrated || await DatabaseStartup.IsMigratedAsync(scope.ServiceProvider, CancellationToken.None);
            return isMigrated ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The store is not migrated to this version.");
        }
        catch (Exception exception)
        {
            return HealthCheckResult.Unhealthy("The store does not answer.", exception);
        }
    }
}
