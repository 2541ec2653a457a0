using Entourage.Application.Abstractions;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Entourage.Api.Startup;

/// <summary>Whether the store answers, and has the schema of this version.</summary>
internal sealed class StoreHealthCheck(IServiceScopeFactory scopes) : IHealthCheck
{
    // Less than what asks for it has patience for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private Task<HealthCheckResult> looking = Task.FromResult(HealthCheckResult.Healthy());
    private bool isMigrated;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await Look().WaitAsync(Patience, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"The store did not answer within {Patience.TotalSeconds} seconds.");
        }
    }

    /// <summary>Looks, unless somebody does: those who ask a store that hangs do not pile up before it.</summary>
    private Task<HealthCheckResult> Look()
    {
        lock (gate)
        {
            return looking = looking.IsCompleted ? Task.Run(LookAsync) : looking;
        }
    }

    private async Task<HealthCheckResult> LookAsync()
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IEntourageDb>().Organisations.AnyAsync();

            // Nobody takes a migration back, so one look at it that was good is enough.
            isMigrated = isMigrated || await DatabaseStartup.IsMigratedAsync(scope.ServiceProvider, CancellationToken.None);
            return isMigrated ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The store is not migrated to this version.");
        }
        catch (Exception exception)
        {
            return HealthCheckResult.Unhealthy("The store does not answer.", exception);
        }
    }
}
