using Entourage.Application.Ledger;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Charges calls through the gateway that were not settled in time.</summary>
internal sealed partial class ChargeJob(
    IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, IOptions<JobOptions> options, ILogger<ChargeJob> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.UnsettledCallsEverySeconds == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.UnsettledCallsEverySeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<UnsettledCalls>().ChargeAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                metrics.Failed(Job.ChargeCalls);
                LogFailed(logger, exception);
            }
        }
    }

    [LoggerMessage(2011, LogLevel.Warning, "Unsettled calls could not be charged. The job tries again at its next interval")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
