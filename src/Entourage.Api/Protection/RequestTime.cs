using System.IO.Pipelines;
using Entourage.Api.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Entourage.Api.Protection;

/// <summary>How long a request may take.</summary>
internal static class RequestTime
{
    private static readonly Problem TooLong = new(
        StatusCodes.Status503ServiceUnavailable,
        "timed-out",
        "This took longer than a request may. A change may have been recorded: send it again with the same Idempotency-Key, or look before you send it without one.");

    /// <summary>What is done to one that takes longer.</summary>
    public static RequestTimeoutPolicy PolicyOf(ConnectionLimits limits) => new()
    {
        Timeout = TimeSpan.FromSeconds(limits.RequestSeconds),
        TimeoutStatusCode = TooLong.Status,
        WriteTimeoutResponse = context =>
        {
            // It says that the time is up, and nothing would be written.
            context.RequestAborted = CancellationToken.None;
            return TooLong.WriteAsync(context);
        },
    };

    /// <summary>
    /// Sees to it that all of a request is stopped, and that it says so: what reads a body goes by the clock only here, and a store that
    /// was interrupted must not say that nothing was recorded.
    /// </summary>
    public static async Task WatchAsync(HttpContext context, RequestDelegate next)
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

    /// <summary>Lets an answer go on for as long as somebody reads it.</summary>
    public static void Lift(HttpContext context) => context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
}
