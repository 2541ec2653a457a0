using System.IO.Pipelines;
using Entourage.Api.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Entourage.Api.Protection;

/// <summary>Limits the time of a request.</summary>
internal static class RequestTimeouts
{
    private static readonly Problem TooLong = new(
        StatusCodes.Status503ServiceUnavailable,
        "timed-out",
        $"The request took too long (Limits:RequestSeconds). {Problem.MayBeRecorded}");

    public static RequestTimeoutPolicy PolicyOf(ConnectionLimits limits) => new()
    {
        Timeout = TimeSpan.FromSeconds(limits.RequestSeconds),
        TimeoutStatusCode = TooLong.Status,
        WriteTimeoutResponse = context =>
        {
            // This token is cancelled by the timeout, and would stop the answer too.
            context.RequestAborted = CancellationToken.None;
            return TooLong.WriteAsync(context);
        },
    };

    /// <summary>
    /// Stops the reading of a body at the timeout, and turns every exception after it into a cancellation: a store that was interrupted must
    /// not answer that nothing was recorded.
    /// </summary>
    public static async Task EnforceAsync(HttpContext context, RequestDelegate next)
    {
        await using var registration = context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
            ? context.RequestAborted.UnsafeRegister(static body => ((PipeReader)body!).CancelPendingRead(), context.Request.BodyReader)
            : default;
        try
        {
            await next(context);
        }
        catch (Exception exception) when (exception is not OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, context.RequestAborted);
        }
    }

    /// <summary>Removes the limit for an answer that is streamed.</summary>
    public static void Disable(HttpContext context) => context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
}
