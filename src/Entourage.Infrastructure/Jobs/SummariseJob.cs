using Entourage.Infrastructure.Ledger;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Adds new rollups to the cost summaries, about once a second.</summary>
internal sealed partial class SummariseJob(
    IServiceScopeFactory scopes, CostSummaries summaries, TimeProvider time, JobMetrics metrics, ILogger<SummariseJob> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DelayAfterFault = TimeSpan.FromSeconds(30);

    /// <summary>Summarises every rollup that the cost summaries lack.</summary>
    public async Task SummariseAsync(CancellationToken cancellationToken)
    {
        foreach (var organisationId in await FindBehindAsync(cancellationToken))
        {
            await summaries.SummariseAsync(organisationId, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var delay = Interval;
            try
            {
                await SummariseAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                metrics.Failed(Job.Summarise);
                LogFailed(logger, exception);
                delay = DelayAfterFault;
            }

            await Task.Delay(delay, time, stoppingToken);
        }
    }

    private async Task<IReadOnlyList<Guid>> FindBehindAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        return await db.Teams
            .Where(team => db.UsageRollups.Any(rollup => rollup.TeamId == team.Id && !rollup.IsSummarised))
            .Select(team => team.OrganisationId)
            .Distinct()
            .ToListAsync(cancellationToken);
    }

    [LoggerMessage(2004, LogLevel.Warning, "The cost summaries could not be updated. Reports are correct but slower until they are")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
