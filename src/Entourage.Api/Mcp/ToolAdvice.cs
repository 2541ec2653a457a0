using Entourage.Api.Errors;

namespace Entourage.Api.Mcp;

/// <summary>Tells a model what to do after a stop or a refusal.</summary>
internal static class ToolAdvice
{
    public const string Stop =
        "STOP. You must not spend more money; see stop_reasons. Begin nothing new, report what you have used, call end_session, and tell the person "
        + "you work for. If the work must continue, call request_budget_increase once.";

    public static string For(Problem problem) => (problem.Status, problem.Code) switch
    {
        (_, "budget-exceeded") =>
            "Do not make this call, and do not retry immediately. Reserve less if max_reservable_usd allows it, wait until retry_at if waiting_helps is true, "
            + "or call request_budget_increase. Otherwise stop.",
        (_, "rate-exceeded") => "Wait until retry_at, and then call again with the same arguments, or reserve less.",
        (_, "paused") => "Stop working. A person or a rule paused you. Do not try again until you are resumed.",
        (_, "archived") => "Stop working. You are archived. Do not try again, and tell the person you work for.",
        (_, "session-ended") => "This session has ended. If check_budget does not return stop, call start_session to start another.",
        (_, "task-blocked") => "The task depends on the unfinished tasks in blocked_by. Work on another task.",
        (_, "outcome-unknown") => "If you sent an idempotency_key, call again with the same one. Otherwise, check list_my_sessions first.",
        (StatusCodes.Status503ServiceUnavailable, _) => "Call again with the same arguments in a few seconds.",
        (StatusCodes.Status400BadRequest or StatusCodes.Status422UnprocessableEntity, _) => "Correct the arguments named in errors and call again.",
        (StatusCodes.Status404NotFound, _) => "Check the id.",
        (StatusCodes.Status403Forbidden, _) => "Do not try again with the same arguments and key.",
        _ => "Do not try again. Tell the person you work for.",
    };
}
