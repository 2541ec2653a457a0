using System.Globalization;
using Entourage.Application.Errors;
using Entourage.Domain;
using Entourage.Gateway.Formats;
using Entourage.Gateway.Upstreams;
using FluentValidation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Gateway.Calls;

/// <summary>Answers refused calls in the error shape of the provider that the caller believes to talk to.</summary>
public static class CallAnswers
{
    /// <summary>The code of the rule that a session which has ended makes no calls.</summary>
    internal const string SessionEnded = "session-ended";

    // Common clients ignore a longer wait, and try again at once.
    private const int LongestWaitSeconds = 60;

    private const string Paused = "paused";
    private const string Refused = "Entourage refused this call.";

    /// <summary>Answers an error of the server that occurred before the gateway handled the call.</summary>
    /// <param name="context">The call.</param>
    /// <param name="status">The HTTP status that any other route would answer with.</param>
    /// <param name="detail">What a person should read.</param>
    public static Task WriteAsync(HttpContext context, int status, string detail) => WriteAsync(context, new(
        status switch
        {
            StatusCodes.Status401Unauthorized => RefusalReason.Unauthenticated,
            StatusCodes.Status402PaymentRequired => RefusalReason.Budget,
            StatusCodes.Status403Forbidden or StatusCodes.Status421MisdirectedRequest => RefusalReason.Forbidden,
            StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => RefusalReason.NotFound,
            StatusCodes.Status413PayloadTooLarge => RefusalReason.TooLarge,
            StatusCodes.Status429TooManyRequests => RefusalReason.TooMany,
            >= StatusCodes.Status500InternalServerError => RefusalReason.Unavailable,
            _ => RefusalReason.Invalid,
        },
        detail));

    internal static async Task WriteAsync(HttpContext context, Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.RequestServices.GetRequiredService<RefusalMetrics>().AddCall(refusal.Reason);
        var error = FormatOf(context).Refuse(refusal);
        var response = context.Response;
        response.StatusCode = error.Status;
        response.ContentType = "application/json";
        response.ContentLength = error.Body.Length;
        if (refusal.Reason is not (RefusalReason.TooMany or RefusalReason.Unavailable))
        {
            // Common clients retry unless this header tells them not to.
            response.Headers["x-should-retry"] = "false";
        }

        if (refusal.RetryAt is { } at)
        {
            var left = at - context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
            response.Headers.RetryAfter = ((int)Math.Clamp(Math.Ceiling(left.TotalSeconds), 1, LongestWaitSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(error.Body, context.RequestAborted);
        }
    }

    /// <summary>The refusal that an exception means; null if it is a fault of the server.</summary>
    internal static Refusal? RefusalOf(Exception exception) => exception switch
    {
        CallRefusedException refused => refused.Refusal,
        UnreadableRequestException unreadable => new(RefusalReason.Invalid, unreadable.Message),
        BudgetExceededException { IsRate: true, RetryAt: { } at } slowed => new(
            RefusalReason.TooMany, $"{Refused} {slowed.Message} Send it again at {at.UtcDateTime:HH:mm:ss} UTC.")
        { RetryAt = at },
        BudgetExceededException exceeded => new(RefusalReason.Budget, MessageOf(exceeded)),
        ConflictException { Code: Paused or ConflictException.Archived } paused => new(RefusalReason.Stopped, $"{Refused} {paused.Message}"),
        RuleViolationException { Code: SessionEnded } ended => new(RefusalReason.Stopped, $"{Refused} {ended.Message}"),
        RuleViolationException violation => new(RefusalReason.Invalid, violation.Message),
        ValidationException or InvalidInputException => new(RefusalReason.Invalid, exception.Message),
        NotFoundException or ForbiddenException => new(RefusalReason.Forbidden, exception.Message),
        StoreUnavailableException => new(RefusalReason.Unavailable, "The budget cannot be checked at the moment, so the call was not sent. Send it again later."),
        _ => null,
    };

    private static string MessageOf(BudgetExceededException exceeded) => exceeded.Tightest.Budget.ResetsAt is { } reset
        ? $"{Refused} {exceeded.Message} The budget resets at {reset.UtcDateTime:yyyy-MM-dd HH:mm} UTC."
        : $"{Refused} {exceeded.Message}";

    private static IProviderFormat FormatOf(HttpContext context)
    {
        var name = (context.Request.Path.Value ?? "").Split('/', 4) is [_, _, { } upstream, ..] ? upstream : "";
        return context.RequestServices.GetRequiredService<UpstreamList>().Find(name)?.Format ?? UpstreamList.AnyFormat;
    }
}
