using Entourage.Application.Errors;
using Microsoft.AspNetCore.Diagnostics;

namespace Entourage.Api.Errors;

/// <summary>Answers what handlers throw with problem details, and logs what an operator must know of.</summary>
internal sealed partial class ProblemExceptionHandler(RefusalMetrics refusals, ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested || ClientDisconnect.IsCauseOf(exception))
        {
            // Nobody is there to read an answer.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        if (exception is BudgetExceededException refusal)
        {
            refusals.Add(refusal);

            // Common SDKs retry by themselves unless they are told not to.
            httpContext.Response.Headers["x-should-retry"] = "false";
        }

        var problem = Problem.Of(exception);
        if (problem.Status >= StatusCodes.Status500InternalServerError && exception is not (StoreUnavailableException or BusyException))
        {
            LogFailed(logger, problem.Status, exception);
        }

        await problem.WriteAsync(httpContext);
        return true;
    }

    [LoggerMessage(1004, LogLevel.Error, "A request failed with {Status}")]
    private static partial void LogFailed(ILogger logger, int status, Exception exception);
}
