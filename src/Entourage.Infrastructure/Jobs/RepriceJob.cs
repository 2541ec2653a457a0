using Entourage.Application.Prices;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Jobs;

/// <summary>
/// Prices usage that waits for it. Who sets a price sees to that at once; this is for prices that came with a new program, and for
/// what a process left undone that ended in the midst of it.
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

    [LoggerMessage(2003, LogLevel.Warning, "Usage that waits for a price could not be priced; that is tried again in an hour")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
