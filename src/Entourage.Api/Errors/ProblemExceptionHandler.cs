using System.Globalization;
using Entourage.Application.Errors;
using Microsoft.AspNetCore.Diagnostics;

namespace Entourage.Api.Errors;

/// <summary>Answers exceptions with problem details, and logs server errors.</summary>
internal sealed partial class ProblemExceptionHandler(RefusalMetrics refusals, TimeProvider time, ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested || ClientDisconnect.IsCauseOf(exception))
        {
            // The client has disconnected.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        if (exception is BudgetExceededException refusal)
        {
            refusals.Add(refusal);
            if (Problem.IsRate(refusal))
            {
                // Rounded up, so that a retry does not come too early.
                var wait = Math.Max(1, (long)Math.Ceiling((refusal.RetryAt!.Value - time.GetUtcNow()).TotalSeconds));
                httpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
            }
            else
            {
                // Common SDKs retry unless this header tells them not to.
                httpContext.Response.Headers["x-should-retry"] = "false";
            }
        }

        var problem = Problem.Of(exception);
        if (problem.Status >= StatusCodes.Status500InternalServerError && exception is not (StoreUnavailableException or BusyException))
        {
            LogFailed(logger, httpContext.Request.Method, httpContext.Request.Path.ToUriComponent(), problem.Status, exception);
        }

        await problem.WriteAsync(httpContext);
        return true;
    }

    [LoggerMessage(1004, LogLevel.Error, "{Method} {Path} failed with {Status}")]
    private static partial void LogFailed(ILogger logger, string method, string path, int status, Exception exception);
}
