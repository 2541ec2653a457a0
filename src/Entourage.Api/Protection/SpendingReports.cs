using Entourage.Api.Startup;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>Marks a route that accepts reports of spent money.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class ReportsSpendingAttribute : Attribute;

/// <summary>
/// Completes a report of spending once it has arrived, even if its caller has disconnected: programs send their last report as they end, and
/// that money is spent. <see cref="ConnectionLimits.RequestSeconds"/> bounds the time of each report, and
/// <see cref="ConnectionLimits.Connections"/> their number, because a connection counts as open until its request is done.
/// </summary>
internal sealed class SpendingReports : IDisposable
{
    private readonly CancellationTokenSource stopped = new();

    public SpendingReports(IHostApplicationLifetime lifetime, IOptions<ApiLimits> limits) =>
        lifetime.ApplicationStopping.Register(() => stopped.CancelAfter(TimeSpan.FromSeconds(limits.Value.StopSeconds)));

    /// <summary>
    /// Prevents a disconnecting caller from cancelling a report. A body that has not arrived completely still fails. Comes before the request
    /// timeout, which still applies.
    /// </summary>
    public Task ProtectAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ReportsSpendingAttribute>() is not null)
        {
            context.RequestAborted = stopped.Token;
        }

        return next(context);
    }

    public void Dispose() => stopped.Dispose();
}
