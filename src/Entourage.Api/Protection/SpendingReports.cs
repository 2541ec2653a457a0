using Entourage.Api.Startup;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>Marks a route that takes reports of money that has been spent.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class ReportsSpendingAttribute : Attribute;

/// <summary>
/// Carries out a report of spending once it has arrived, whether or not its caller waits for the answer: programs send their last report as
/// they end, and that money is gone. <see cref="ConnectionLimits.RequestSeconds"/> bounds the work and <see cref="ConnectionLimits.Connections"/>
/// its amount: a connection counts as open until its request is done, also when the caller has closed it.
/// </summary>
internal sealed class SpendingReports : IDisposable
{
    private readonly CancellationTokenSource stopped = new();

    public SpendingReports(IHostApplicationLifetime lifetime, IOptions<ApiLimits> limits) =>
        lifetime.ApplicationStopping.Register(() => stopped.CancelAfter(TimeSpan.FromSeconds(limits.Value.StopSeconds)));

    /// <summary>
    /// Keeps a caller that leaves from cancelling a report. A body that has not arrived whole fails all the same. Comes before the limit on a
    /// request's time, which still applies.
    /// </summary>
    public Task CarryOutAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ReportsSpendingAttribute>() is not null)
        {
            context.RequestAborted = stopped.Token;
        }

        return next(context);
    }

    public void Dispose() => stopped.Dispose();
}
