using Entourage.Application.Webhooks;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Creates the digests that are due, about once a minute.</summary>
internal sealed partial class DigestJob(IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, ILogger<DigestJob> logger)
    : IntervalJob(scopes, time, metrics, Job.CreateDigests, IntervalSeconds)
{
    private const int IntervalSeconds = 60;

    protected override Task RunAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<Digests>().CreateAsync(cancellationToken);

    protected override void Log(Exception exception) => LogFailed(logger, exception);

    [LoggerMessage(2012, LogLevel.Warning, "Digests could not be created. The job tries again in a minute")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
