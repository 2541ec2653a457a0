using Entourage.Application.Sessions;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Closes sessions that have been silent for as long as their team allows.</summary>
internal sealed partial class AbandonJob(
    IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, IOptions<JobOptions> options, ILogger<AbandonJob> logger)
    : IntervalJob(scopes, time, metrics, Job.AbandonSessions, options.Value.AbandonedSessionsEverySeconds)
{
    protected override Task RunAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<AbandonedSessions>().CloseAsync(cancellationToken);

    protected override void Log(Exception exception) => LogFailed(logger, exception);

    [LoggerMessage(2001, LogLevel.Warning, "Abandoned sessions could not be closed. The job tries again at its next interval")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
