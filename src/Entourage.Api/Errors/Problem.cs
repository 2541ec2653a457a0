using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Api.Otlp;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Gateway.Calls;
using FluentValidation;
using FluentValidation.Results;
using Microsoft.AspNetCore.WebUtilities;

namespace Entourage.Api.Errors;

/// <summary>An error as RFC 9457 problem details.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The last part of the problem's type. Its meaning never changes.</param>
/// <param name="Detail">A description of this occurrence, for people.</param>
internal sealed record Problem(int Status, string Code, string? Detail)
{
    public const string MediaType = "application/problem+json";

    // Bounds the size of an answer, however many errors a request has.
    private const int MaxMembers = 20;
    private const int MaxMessages = 10;
    private const int MaxTextLength = 500;

    private const string StoreUnavailable = "store-unavailable";

    /// <summary>How long clients should wait before they retry a 503, in seconds.</summary>
    public const string RetryAfter = "1";

    /// <summary>Advice for a request with an unknown outcome.</summary>
    public const string MayBeRecorded =
        "The request may have been recorded. Send it again with the same Idempotency-Key. If it had none, check before you send it again.";

    /// <summary>Error messages by the JSON name of the member.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Additional members of the answer.</summary>
    public IReadOnlyDictionary<string, object?>? Members { get; init; }

    /// <summary>The problem for a status without further information.</summary>
    public static Problem Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => new(status, "bad-request", "The request is malformed."),
        StatusCodes.Status401Unauthorized => new(
            status, "unauthorized", "This operation requires a valid key. Send it as X-API-Key or as Authorization: Bearer."),
        StatusCodes.Status403Forbidden => new(status, "forbidden", new ForbiddenException().Message),
        StatusCodes.Status404NotFound => new(status, "not-found", "Nothing exists at this address."),
        StatusCodes.Status405MethodNotAllowed => new(status, "method-not-allowed", "This address does not support this method."),
        StatusCodes.Status408RequestTimeout => new(status, "request-timeout", "The body arrived too slowly."),
        StatusCodes.Status413PayloadTooLarge => new(status, "body-too-large", "The body is larger than this address accepts."),
        StatusCodes.Status415UnsupportedMediaType => new(status, "unsupported-media-type", "The body must be JSON, with Content-Type: application/json."),
        _ => new(status, JsonNamingPolicy.KebabCaseLower.ConvertName(ReasonPhrases.GetReasonPhrase(status).Replace(" ", "", StringComparison.Ordinal)), null),
    };

    /// <summary>The problem for an exception. An unexpected exception reveals no details.</summary>
    public static Problem Of(Exception exception) => exception switch
    {
        ValidationException invalid => Invalid(ErrorsOf(invalid)),
        InvalidInputException invalid => OfMember(invalid.Field, invalid.Message),
        RuleViolationException { Field: { } field } violation =>
            OfMember(JsonNamingPolicy.SnakeCaseLower.ConvertName(field), violation.Message) with { Code = violation.Code },
        RuleViolationException violation => new(StatusCodes.Status409Conflict, violation.Code, violation.Message),
        IdempotencyKeyReusedException => new(StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", exception.Message),
        BudgetExceededException exceeded => Refusal(exceeded),
        ConflictException conflict => new(StatusCodes.Status409Conflict, conflict.Code, conflict.Message) { Members = conflict.Members },
        NotFoundException => new(StatusCodes.Status404NotFound, "not-found", exception.Message),
        ForbiddenException => Of(StatusCodes.Status403Forbidden) with { Detail = exception.Message },
        NoCallerException => Of(StatusCodes.Status401Unauthorized),
        UnknownEventIdException => new(StatusCodes.Status400BadRequest, "unknown-event-id", exception.Message),
        JsonException json => InvalidBodies.ProblemOf(json),
        BadHttpRequestException bad => Of(bad.StatusCode),
        BodyLimitException => new(StatusCodes.Status413PayloadTooLarge, "body-too-large", exception.Message),
        BusyException => Busy(exception.Message),
        StoreUnavailableException { OutcomeUnknown: true } => new(
            StatusCodes.Status503ServiceUnavailable,
            "outcome-unknown",
            $"{exception.Message} {MayBeRecorded}"),
        StoreUnavailableException => new(StatusCodes.Status503ServiceUnavailable, StoreUnavailable, exception.Message),
        _ when StoreFault.IsCauseOf(exception) => new(
            StatusCodes.Status503ServiceUnavailable, StoreUnavailable, "The store cannot be reached or cannot write. Nothing was recorded. Send the request again later."),
        _ => new(
            StatusCodes.Status500InternalServerError, "unexpected", "The server failed unexpectedly. Its log has the details under this trace_id."),
    };

    /// <summary>The problem when the server has no capacity for a request now.</summary>
    public static Problem Busy(string detail) => new(StatusCodes.Status503ServiceUnavailable, "busy", detail);

    /// <summary>The problem of a body that has the wrong shape.</summary>
    public static Problem Malformed(Problem problem) => problem with { Status = StatusCodes.Status400BadRequest, Code = "malformed-body" };

    /// <summary>The problem of one member with one error.</summary>
    public static Problem OfMember(string member, string message) => Invalid(new Dictionary<string, string[]> { [member] = [message] });

    /// <summary>The problem of members that are well formed but not allowed. Lists at most 20 members.</summary>
    public static Problem Invalid(IReadOnlyDictionary<string, string[]> errors)
    {
        var named = errors.Count <= MaxMembers && errors.All(member => IsShort(member.Key) && member.Value.Length <= MaxMessages && member.Value.All(IsShort))
            ? errors
            : errors.Take(MaxMembers)
                .GroupBy(member => Shorten(member.Key), member => member.Value.Take(MaxMessages).Select(Shorten), StringComparer.Ordinal)
                .ToDictionary(member => member.Key, member => member.SelectMany(messages => messages).ToArray(), StringComparer.Ordinal);
        var detail = string.Join(" ", named.Values.SelectMany(messages => messages));
        return new(
            StatusCodes.Status422UnprocessableEntity,
            "validation",
            errors.Count <= MaxMembers ? detail : $"{detail} {errors.Count - MaxMembers:N0} more members are invalid.")
        {
            Errors = named,
        };
    }

    /// <summary>This problem with its first error only, for an answer with many problems.</summary>
    public Problem Brief() => Errors is { Count: > 0 }
        ? this with { Detail = Errors.First().Value.FirstOrDefault(), Errors = Errors.Take(1).ToDictionary(member => member.Key, member => member.Value[..Math.Min(1, member.Value.Length)]) }
        : this;

    public JsonObject ToJson(HttpContext context)
    {
        var body = new JsonObject
        {
            ["type"] = ProblemPages.Path + Code,
            ["title"] = ReasonPhrases.GetReasonPhrase(Status),
            ["status"] = Status,
            ["detail"] = Detail,
            ["instance"] = context.Request.Path.ToUriComponent(),
            ["trace_id"] = RequestId.Of(context),
        };
        foreach (var (name, value) in Members ?? new Dictionary<string, object?>())
        {
            body[name] = JsonSerializer.SerializeToNode(value, EntourageJson.Options);
        }

        if (Errors is not null)
        {
            body["errors"] = JsonSerializer.SerializeToNode(Errors, EntourageJson.Options);
        }

        return body;
    }

    /// <summary>Writes the answer as problem details, in the form of OTLP to an exporter, or in that of a provider to a caller of the gateway.</summary>
    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        if (Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetryAfter;
        }

        if (OtlpAnswer.IsExpectedBy(context.Request))
        {
            context.Features.Set(this);
            return OtlpAnswer.WriteAsync(this, context);
        }

        if (CallerKeys.IsCall(context.Request))
        {
            return CallAnswers.WriteAsync(context, Status, Detail ?? ReasonPhrases.GetReasonPhrase(Status));
        }

        return context.Response.WriteAsJsonAsync(ToJson(context), EntourageJson.Options, MediaType, context.RequestAborted);
    }

    private static bool IsShort(string text) => text.Length <= MaxTextLength;

    private static string Shorten(string text) => IsShort(text) ? text : $"{text[..(MaxTextLength - 1)]}…";

    private static Dictionary<string, string[]> ErrorsOf(ValidationException exception) => exception.Errors
        .GroupBy(failure => JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.PropertyName), StringComparer.Ordinal)
        .ToDictionary(
            member => member.Key,
            member => member.Select(failure => MessageOf(failure, member.Key)).Distinct().ToArray(),
            StringComparer.Ordinal);

    // Validators name members as in C#, callers know them as in JSON.
    private static string MessageOf(ValidationFailure failure, string member) =>
        failure.FormattedMessagePlaceholderValues?.GetValueOrDefault("PropertyName") is string { Length: > 0 } name
            ? failure.ErrorMessage.Replace($"'{name}'", $"'{member}'", StringComparison.Ordinal)
            : failure.ErrorMessage;

    /// <summary>Whether a refusal is an error that a retry overcomes within about a minute, because only rates refuse.</summary>
    public static bool IsRate(BudgetExceededException exceeded) => exceeded is { IsRate: true, RetryAt: not null };

    private static Problem Refusal(BudgetExceededException exceeded)
    {
        var members = new Dictionary<string, object?>
        {
            ["budget"] = BudgetStatusResponse.From(exceeded.Tightest),
            ["max_reservable_usd"] = IsRate(exceeded) ? exceeded.Reservable : exceeded.Reservable ?? Money.Zero,
            ["max_reservable_tokens"] = exceeded.ReservableTokens,
            ["waiting_helps"] = exceeded.WaitingHelps,
            ["retry_at"] = exceeded.RetryAt,
        };
        return IsRate(exceeded)
            ? new(StatusCodes.Status429TooManyRequests, ProblemTypes.RateExceeded, exceeded.Message)
            {
                // The other answers with this status have none of these members.
                Members = members.Where(member => member.Value is not null).ToDictionary(),
            }
            : new(StatusCodes.Status402PaymentRequired, "budget-exceeded", exceeded.Message) { Members = members };
    }
}
