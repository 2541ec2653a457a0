using System.Data.Common;
using System.Text.Json;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Domain;
using FluentValidation;
using FluentValidation.Results;
using Microsoft.AspNetCore.Diagnostics;

namespace Entourage.Api.Errors;

/// <summary>Turns what handlers throw into problem details; the one place that knows which error has which status.</summary>
internal sealed partial class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read an answer.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        if (exception is BudgetExceededException)
        {
            // Common SDKs retry by themselves unless they are told not to.
            httpContext.Response.Headers["x-should-retry"] = "false";
        }

        await ProblemOf(exception).WriteAsync(httpContext);
        return true;
    }

    private static bool IsStoreFault(Exception? exception) =>
        exception is not null && (exception is DbException || IsStoreFault(exception.InnerException));

    private static Dictionary<string, string[]> ErrorsOf(ValidationException exception) => exception.Errors
        .GroupBy(failure => JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.PropertyName), StringComparer.Ordinal)
        .ToDictionary(
            member => member.Key,
            member => member.Select(failure => MessageOf(failure, member.Key)).Distinct().ToArray(),
            StringComparer.Ordinal);

    // Validators know a member by its name in C#, callers by its name in JSON.
    private static string MessageOf(ValidationFailure failure, string member) =>
        failure.FormattedMessagePlaceholderValues?.GetValueOrDefault("PropertyName") is string { Length: > 0 } name
            ? failure.ErrorMessage.Replace($"'{name}'", $"'{member}'", StringComparison.Ordinal)
            : failure.ErrorMessage;

    private Problem ProblemOf(Exception exception)
    {
        switch (exception)
        {
            case ValidationException invalid:
                return Problem.Invalid(ErrorsOf(invalid));
            case InvalidInputException invalid:
                return Problem.OfMember(invalid.Field, invalid.Message);
            case RuleViolationException { Field: { } field } violation:
                var member = JsonNamingPolicy.SnakeCaseLower.ConvertName(field);
                return Problem.OfMember(member, violation.Message) with { Code = violation.Code };
            case RuleViolationException violation:
                return new(StatusCodes.Status409Conflict, violation.Code, violation.Message);
            case IdempotencyKeyReusedException:
                return new(StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", exception.Message);
            case BudgetExceededException exceeded:
                return Refusal(exceeded);
            case ConflictException conflict:
                return new(StatusCodes.Status409Conflict, conflict.Code, conflict.Message) { Members = conflict.Members };
            case NotFoundException:
                return new(StatusCodes.Status404NotFound, "not-found", exception.Message);
            case BadHttpRequestException bad:
                return Problem.Of(bad.StatusCode);
            case StoreUnavailableException:
                return new(StatusCodes.Status503ServiceUnavailable, "store-unavailable", exception.Message);
            case var _ when IsStoreFault(exception):
                LogStoreFault(logger, exception);
                return new(StatusCodes.Status503ServiceUnavailable, "store-unavailable", "The store cannot be reached or cannot write. Nothing was recorded.");
            default:
                LogUnexpected(logger, exception);
                return new(StatusCodes.Status500InternalServerError, "unexpected", "Something went wrong here; the log has the details under this trace id.");
        }
    }

    private static Problem Refusal(BudgetExceededException exceeded) =>
        new(StatusCodes.Status402PaymentRequired, "budget-exceeded", exceeded.Message)
        {
            Members = new Dictionary<string, object?>
            {
                ["budget"] = BudgetStatusResponse.From(exceeded.Tightest),
                ["max_reservable_usd"] = Money.Zero,
                ["waiting_helps"] = exceeded.RetryAt is not null,
                ["retry_at"] = exceeded.RetryAt,
            },
        };

    [LoggerMessage(LogLevel.Error, "The store failed")]
    private static partial void LogStoreFault(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "A request failed in an unexpected way")]
    private static partial void LogUnexpected(ILogger logger, Exception exception);
}
