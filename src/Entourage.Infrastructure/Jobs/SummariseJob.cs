using Entourage.Infrastructure.Ledger;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Keeps the cost summaries close behind the rollups.</summary>
internal sealed partial class SummariseJob(
    IServiceScopeFactory scopes, CostSummaries summaries, TimeProvider time, JobMetrics metrics, ILogger<SummariseJob> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestAfterFault = TimeSpan.FromSeconds(30);

    /// <summary>Summarises all that there is.</summary>
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
            var rest = Interval;
            try
            {
                await SummariseAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                metrics.Failed(Job.Summarise);
                LogFailed(logger, exception);
                rest = RestAfterFault;
            }

            await Task.Delay(rest, time, stoppingToken);
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

    [LoggerMessage(2004, LogLevel.Warning, "The cost summaries could not be brought up to date; reports are right, but slower, until they are")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
