using Entourage.Application.Sessions;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Closes sessions that have been silent for as long as their team allows.</summary>
internal sealed partial class AbandonJob(
    IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, IOptions<JobOptions> options, ILogger<AbandonJob> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.AbandonedSessionsEverySeconds == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.AbandonedSessionsEverySeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<AbandonedSessions>().CloseAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                metrics.Failed(Job.AbandonSessions);
                LogFailed(logger, exception);
            }
        }
    }

    [LoggerMessage(2001, LogLevel.Warning, "Abandoned sessions could not be closed. The job tries again at its next interval")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
