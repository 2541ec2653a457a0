using Entourage.Application.Ledger;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Charges calls through the gateway that were not settled in time.</summary>
internal sealed partial class ChargeJob(
    IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, IOptions<JobOptions> options, ILogger<ChargeJob> logger)
    : IntervalJob(scopes, time, metrics, Job.ChargeCalls, options.Value.UnsettledCallsEverySeconds)
{
    protected override Task RunAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<UnsettledCalls>().ChargeAsync(cancellationToken);

    protected override void Log(Exception exception) => LogFailed(logger, exception);

    [LoggerMessage(2011, LogLevel.Warning, "Unsettled calls could not be charged. The job tries again at its next interval")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
