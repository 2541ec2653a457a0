using Entourage.Api.Errors;

namespace Entourage.Api.Mcp;

/// <summary>What a model is to do now.</summary>
internal static class ToolAdvice
{
    /// <summary>When an answer says stop.</summary>
    public const string Stop =
        "STOP. You may not spend any more: stop_reasons says why. Begin nothing new, report what you have used, call end_session, and tell the person "
        + "you work for. If the work must go on, call request_budget_increase once.";

    /// <summary>What to do about a problem.</summary>
    public static string To(Problem problem) => (problem.Status, problem.Code) switch
    {
        (_, "budget-exceeded") =>
            "Do not make this call and do not try again at once. Ask for less if max_reservable_usd allows it, wait until retry_at if waiting_helps is true, "
            + "or call request_budget_increase; otherwise stop.",
        (_, "paused") => "Stop working: a person or a rule has paused you. Only they can lift it; do not try again.",
        (_, "session-ended") => "This session is over: if check_budget does not say stop, call start_session for another.",
        (_, "task-blocked") => "The task waits for those in blocked_by: work on another one.",
        (_, "outcome-unknown") => "Call again with the same idempotency_key if you sent one; else look at list_my_sessions first.",
        (StatusCodes.Status503ServiceUnavailable, _) => "Call again with the same arguments in a few seconds.",
        (StatusCodes.Status400BadRequest or StatusCodes.Status422UnprocessableEntity, _) => "Correct the arguments named in errors and call again.",
        (StatusCodes.Status404NotFound, _) => "Check the id.",
        (StatusCodes.Status403Forbidden, _) => "Do not try again with the same arguments and key.",
        _ => "Do not try again; tell the person you work for.",
    };
}
