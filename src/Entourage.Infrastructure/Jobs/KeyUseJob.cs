using Entourage.Application.Keys;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Records once a minute when keys were last used. A write on each request would slow all of them.</summary>
internal sealed partial class KeyUseJob(KeyRing keys, IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, ILogger<KeyUseJob> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Writes the uses since the previous call.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var uses = keys.TakeUses();
        if (uses.Count == 0)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        await db.InTransactionAsync(
            async inTransaction =>
            {
                foreach (var (id, at) in uses)
                {
                    // Another replica may have recorded a later use.
                    await db.ApiKeys
                        .Where(key => key.Id == id && (key.LastUsedAt == null || key.LastUsedAt < at))
                        .ExecuteUpdateAsync(row => row.SetProperty(key => key.LastUsedAt, at), inTransaction);
                }

                return uses.Count;
            },
            cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await WriteAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                metrics.Failed(Job.WriteKeyUses);
                LogFailed(logger, exception);
            }
        }
    }

    [LoggerMessage(2008, LogLevel.Warning, "The last use of keys could not be recorded. The job goes on with later uses")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
