namespace Entourage.Api.Errors;

/// <summary>The kinds of problems in the API description.</summary>
internal static class ProblemTypes
{
    public const string Paused = "paused";
    public const string Archived = "archived";
    public const string TaskBlocked = "task-blocked";
    public const string SessionEnded = "session-ended";
    public const string Duplicate = "duplicate";
    public const string Stale = "stale";
    public const string IllegalStatus = "illegal-status";
    public const string AlreadyAnswered = "already-answered";
    public const string ReservationEnded = "reservation-ended";
    public const string TooManyChildTokens = "too-many-child-tokens";
    public const string TooManyBudgets = "too-many-budgets";
    public const string WebhookDisabled = "webhook-disabled";
    public const string RateExceeded = "rate-exceeded";

    private static readonly IReadOnlyDictionary<Type, string[]> Codes = new Dictionary<Type, string[]>
    {
        [typeof(BudgetExceededProblem)] = ["budget-exceeded"],
        [typeof(TooManyRequestsProblem)] = ["too-many-requests", RateExceeded],
        [typeof(ConflictProblem)] =
        [
            Paused, Archived, TaskBlocked, SessionEnded, Duplicate, Stale, IllegalStatus, AlreadyAnswered, ReservationEnded, TooManyChildTokens, TooManyBudgets,
            WebhookDisabled,
        ],
        [typeof(InvalidRequestProblem)] =
        [
            "malformed-body", "bad-request", "unknown-event-id", "validation", "idempotency-key-reused", "dependency-cycle", "malformed-budget-tag", "unknown-timezone",
            "unknown-reservation", "unpriced-model", "session-depth", "cap-too-large", "nothing-to-raise",
        ],
        [typeof(CommonProblem)] =
        [
            "unauthorized", "forbidden", "cross-site", "not-found", "request-timeout", "body-too-large", "unsupported-media-type", "unknown-host",
            "unexpected", "store-unavailable", "outcome-unknown", "busy", "timed-out",
        ],
    };

    /// <summary>The types of the answers.</summary>
    public static IEnumerable<Type> Answers => Codes.Keys;

    /// <summary>The type of the answers with a status.</summary>
    public static Type AnswerOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest or StatusCodes.Status422UnprocessableEntity => typeof(InvalidRequestProblem),
        StatusCodes.Status402PaymentRequired => typeof(BudgetExceededProblem),
        StatusCodes.Status409Conflict => typeof(ConflictProblem),
        StatusCodes.Status429TooManyRequests => typeof(TooManyRequestsProblem),
        _ => typeof(CommonProblem),
    };

    /// <summary>The values of <c>type</c> in answers of a type; none if they can have any.</summary>
    public static IEnumerable<string> ValuesOf(Type answer) => Codes.GetValueOrDefault(answer, []).Select(code => ProblemPages.Path + code);
}

/// <summary>Lists the conflicts (409) of an action in the API description.</summary>
/// <param name="codes">The last parts of the problem types.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConflictsAttribute(params string[] codes) : Attribute
{
    public IReadOnlyList<string> Codes => codes;
}

/// <summary>Marks an action that a hard budget can refuse (402, or 429 by a limit per minute) in the API description.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RefusedByBudgetAttribute : Attribute;
