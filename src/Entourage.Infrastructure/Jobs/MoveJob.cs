using Entourage.Application.Agents;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Makes planned moves of agents that start no session when the move is due.</summary>
internal sealed partial class MoveJob(
    IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, IOptions<JobOptions> options, ILogger<MoveJob> logger)
    : IntervalJob(scopes, time, metrics, Job.MoveAgents, options.Value.PlannedMovesEverySeconds)
{
    protected override Task RunAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<AgentMoves>().MakeDueAsync(cancellationToken);

    protected override void Log(Exception exception) => LogFailed(logger, exception);

    [LoggerMessage(2013, LogLevel.Warning, "Planned moves of agents could not be made. The job tries again at its next interval")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
