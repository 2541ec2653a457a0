using Entourage.Application.Prices;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Jobs;

/// <summary>
/// Corrects the cost of usage that waits for a price. Setting a price does so at once. This job covers prices that came with a new
/// version, and work that was left when a process stopped.
/// </summary>
internal sealed partial class RepriceJob(IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, ILogger<RepriceJob> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<UsageRepricer>().ApplyPricesAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                metrics.Failed(Job.Reprice);
                LogFailed(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(2003, LogLevel.Warning, "Usage that waits for a price could not be priced. The job tries again in an hour")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
