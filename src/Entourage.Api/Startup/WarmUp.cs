using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Startup;

/// <summary>
/// Sends requests to a <see cref="WarmUpServer"/> in this process once the server listens, so that the code of the hot paths is compiled and
/// optimised before the server reports that it is ready. Requests that arrive meanwhile are served.
/// </summary>
internal sealed partial class WarmUp(IOptions<WarmUpOptions> options, IHostApplicationLifetime lifetime, ILogger<WarmUp> logger) : BackgroundService
{
    /// <summary>Whether the warm-up has ended, has failed or is off.</summary>
    public bool IsDone { get; private set; } = options.Value.Seconds == 0;

    public static void AddTo(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<WarmUpOptions>().Bind(builder.Configuration.GetSection(WarmUpOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WarmUp>();
        services.AddHostedService(provider => provider.GetRequiredService<WarmUp>());
        services.AddHealthChecks().AddCheck<WarmUpHealthCheck>("warm_up");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (IsDone)
        {
            return;
        }

        try
        {
            await ListensAsync(stoppingToken);
            using var time = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            time.CancelAfter(TimeSpan.FromSeconds(options.Value.Seconds));
            await using var server = await WarmUpServer.StartAsync(time.Token);
            await new WarmUpLoad(server).RunAsync(time.Token);
        }
        catch (OperationCanceledException)
        {
            // The time is up, or the server stops.
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception);
        }
        finally
        {
            IsDone = true;
        }
    }

    private async Task ListensAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    [LoggerMessage(4, LogLevel.Debug, "The warm-up failed, so the first requests take longer")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}

/// <summary>Unhealthy while the server warms up.</summary>
internal sealed class WarmUpHealthCheck(WarmUp warmUp) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        warmUp.IsDone ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The server is warming up."));
}
