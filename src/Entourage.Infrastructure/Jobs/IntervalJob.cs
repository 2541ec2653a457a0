using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Runs a job at an interval. A run that fails is logged and counted, and the next one tries again.</summary>
/// <param name="scopes">Creates a scope for each run.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">Counts the failures.</param>
/// <param name="job">The job, as metrics name it.</param>
/// <param name="everySeconds">The interval, in seconds; 0 never runs it.</param>
internal abstract class IntervalJob(IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, Job job, int everySeconds) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (everySeconds == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(everySeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await RunAsync(scope.ServiceProvider, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                metrics.Failed(job);
                Log(exception);
            }
        }
    }

    /// <summary>Runs the job once.</summary>
    protected abstract Task RunAsync(IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>Logs a run that failed.</summary>
    protected abstract void Log(Exception exception);
}
