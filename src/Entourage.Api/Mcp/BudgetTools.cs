using System.Text.Json.Nodes;
using System.Text.Json;
using Entourage.Api.Contracts;
using Entourage.Application.Budgets;
using Entourage.Application.HumanRequests;
using Entourage.Application.Json;
using Entourage.Application.Ledger;
using Entourage.Application.Paging;
using Entourage.Application.Reservations;
using Entourage.Application.Sessions;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Sessions;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Entourage.Api.Mcp;

/// <summary>The tools of the server, each over the request that the API sends.</summary>
internal static class BudgetTools
{
    /// <summary>What a model is told before it sees any tool.</summary>
    public const string Instructions =
        "Entourage meters what you spend and enforces your budget. Call check_budget before you begin. Call start_session once for each block of work, "
        + "report_usage after every call of a model, and end_session when you are done. Before an expensive call, reserve_budget sets its money aside. "
        + "Obey stop: when an answer says \"stop\": true, begin nothing new, report what you have used, and end the session.";

    private static (string, JsonObject)[] SessionMembers =>
    [
        ToolSchema.Says("id", "integer", "The session: pass it as session_id to the other tools."),
        ToolSchema.Says("status", "string", "active, completed, failed, killed or abandoned."),
        ToolSchema.Says("cost_usd", "number", "What it has cost so far, in US dollars."),
        ToolSchema.Says("tokens", "integer", "Input plus output tokens so far."),
    ];

    private static (string, JsonObject)[] StopMembers =>
    [
        ToolSchema.Says("stop", "boolean", "True: stop working. The only member you must obey."),
        ToolSchema.Says("stop_reasons", "array", "Why you must stop; empty when you need not."),
        ToolSchema.Says("over_budget", "boolean", "A hard budget has nothing left."),
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<McpServerTool> All { get; } =
    [
        Create<CheckBudgetArguments>(
            "check_budget",
            "Tells what you may still spend and whether you must stop. Call it before you begin to work, and whenever you are in doubt. It changes nothing.",
            ToolSchema.Of([], ToolSchema.Agent(), ToolSchema.Task("The task whose budget you want to know of; that of your newest open session when left out.")),
            ToolSchema.Answer([
                .. StopMembers,
                ToolSchema.MaySay("daily_limit_usd", "number", "The tightest cap of the day, in US dollars; null when there is none."),
                ToolSchema.Says("daily_spent_usd", "number", "What was spent of it today."),
                ToolSchema.MaySay("daily_remaining_usd", "number", "What is left of it."),
                ToolSchema.MaySay("resets_at", "string", "When it starts afresh (UTC)."),
                ToolSchema.Says("budgets", "array", "Every budget that applies, with what is spent, reserved and left.")]),
            Reading,
            async (arguments, call, cancelled) =>
                await call.Mediator.Send(new GetAgentBudgetQuery(call.AgentOf(arguments.AgentId), arguments.TaskId), cancelled)),
        Create<StartSessionArguments>(
            "start_session",
            "Opens a session, which your usage is recorded in. Call it once when you begin a block of work. It is refused when no budget is left, when you are "
            + "paused, or when the task waits for others: then do not work.",
            ToolSchema.Of(
                [],
                ToolSchema.Agent(),
                ToolSchema.Task("The task you work on, if there is one: its cap applies then."),
                ToolSchema.Model("The model you use; your agent's own when left out."),
                ToolSchema.Parent(),
                ToolSchema.ParentToken(),
                ToolSchema.Key()),
            ToolSchema.Answer(SessionMembers),
            Adding,
            async (arguments, call, cancelled) => await call.Mediator.Send(
                new StartSessionCommand(
                    call.AgentOf(arguments.AgentId),
                    arguments.TaskId,
                    arguments.Model,
                    arguments.ParentSessionId,
                    arguments.ParentToken,
                    arguments.IdempotencyKey),
                cancelled)),
        Create<UsageBatchItemRequest>(
            "report_usage",
            "Records what one call of a model used, and tells whether to stop. Call it after every call, also after one that failed, and also when you were told "
            + "to stop: the money is gone already. Without cost_usd the price of the model says what it cost.",
            ToolSchema.Of(
                ["session_id", "input_tokens", "output_tokens"],
                ToolSchema.Session(),
                ToolSchema.Tokens("input_tokens", "Prompt tokens that were neither read from nor written to the provider's cache."),
                ToolSchema.Tokens("output_tokens", "Generated tokens, reasoning included."),
                ToolSchema.Tokens("cache_read_tokens", "Prompt tokens read from the provider's cache."),
                ToolSchema.Tokens("cache_write_tokens", "Prompt tokens written to the provider's cache."),
                ToolSchema.Usd("cost_usd", "What the call cost, if you know it."),
                ToolSchema.Model("The model of the call; the session's when left out."),
                ("reservation_id", ToolSchema.Says("", "string", "The id that reserve_budget answered, if you set money aside for this call.").Schema),
                ToolSchema.Error("What went wrong, if the call failed."),
                ToolSchema.Key()),
            ToolSchema.Answer([.. StopMembers, .. SessionMembers]),
            Adding,
            async (arguments, call, cancelled) =>
                await call.Mediator.Send(arguments.ToCommand(ToolCall.SessionOf(arguments.SessionId), arguments.IdempotencyKey), cancelled)),
        Create<ReserveBudgetArguments>(
            "reserve_budget",
            "Sets money aside before an expensive call, so that nobody else can spend it meanwhile. Say estimated_cost_usd, or model with input_tokens and "
            + "max_output_tokens. Refused when too little is left: then do not make the call. Afterwards pass the id as reservation_id to report_usage.",
            ToolSchema.Of(
                ["session_id"],
                ToolSchema.Session(),
                ToolSchema.Usd("estimated_cost_usd", "The most that the call may cost."),
                ToolSchema.Model("Instead of an estimate: the model of the call."),
                ToolSchema.Tokens("input_tokens", "Instead of an estimate: the prompt's tokens, cached ones included, without those in cache_write_tokens."),
                ToolSchema.Tokens("max_output_tokens", "Instead of an estimate: the most tokens that may be generated."),
                ToolSchema.Tokens("cache_write_tokens", "Further prompt tokens that may be written to the provider's cache. Left out, any of the prompt may be."),
                ToolSchema.Ttl(),
                ToolSchema.Key()),
            ToolSchema.Answer(
                ToolSchema.Says("id", "string", "The reservation: pass it as reservation_id to report_usage."),
                ToolSchema.Says("amount_usd", "number", "What is set aside, in US dollars."),
                ToolSchema.Says("expires_at", "string", "Until when (UTC).")),
            Adding,
            async (arguments, call, cancelled) => await call.Mediator.Send(
                new ReserveSpendCommand(
                    ToolCall.SessionOf(arguments.SessionId),
                    arguments.EstimatedCostUsd,
                    arguments.Model,
                    arguments.InputTokens,
                    arguments.MaxOutputTokens,
                    arguments.CacheWriteTokens,
                    LongCacheWriteTokens: null,
                    arguments.TtlSeconds,
                    arguments.IdempotencyKey),
                cancelled)),
        Create<EndSessionArguments>(
            "end_session",
            "Ends a session and gives back what is still set aside for it. Call it when your block of work is done, has failed, or when you were told to stop. "
            + "Ending one that has ended changes nothing.",
            ToolSchema.Of(
                ["session_id"],
                ToolSchema.Session(),
                ToolSchema.OneOf("outcome", EnumNames.List(typeof(SessionOutcome)), "How it went; completed when left out, or failed where there is an error."),
                ToolSchema.Error("What went wrong, if it failed.")),
            ToolSchema.Answer(SessionMembers),
            Repeatable,
            async (arguments, call, cancelled) => await call.Mediator.Send(
                new EndSessionCommand(ToolCall.SessionOf(arguments.SessionId), arguments.Outcome, arguments.Error), cancelled)),
        Create<RequestIncreaseArguments>(
            "request_budget_increase",
            "Asks a person for more budget. Call it once when you were stopped by a budget, or see that it will not last; then wait or stop. Nothing changes until "
            + "somebody agrees, which check_budget will show.",
            ToolSchema.Of(
                ["question"],
                ToolSchema.Agent(),
                ("session_id", ToolSchema.Session().Schema),
                ToolSchema.Question(),
                ToolSchema.Usd("requested_usd", "How much more you need, above 0."),
                ToolSchema.Key()),
            ToolSchema.Answer(
                ToolSchema.Says("id", "string", "The request."), ToolSchema.Says("status", "string", "How it stands: nobody has answered a new one yet.")),
            Adding,
            async (arguments, call, cancelled) => await call.Mediator.Send(
                new CreateHumanRequestCommand(
                    call.AgentOf(arguments.AgentId),
                    arguments.SessionId,
                    HumanRequestKind.BudgetIncrease,
                    arguments.Question,
                    arguments.RequestedUsd,
                    arguments.IdempotencyKey),
                cancelled)),
        Create<ListSessionsArguments>(
            "list_my_sessions",
            "Lists your sessions, the newest first, with what each has cost. Call it to find a session you have lost the id of. It changes nothing.",
            ToolSchema.Of(
                [],
                ToolSchema.Agent(),
                ToolSchema.Task("Only those on this task."),
                ToolSchema.OneOf("status", EnumNames.List(typeof(SessionStatus)), "Only those that stand so."),
                ToolSchema.Number("limit", 1, PageRequest.MaxLimit, "How many at the most; 20 when left out.")),
            ToolSchema.Answer(ToolSchema.Says("sessions", "array", "The sessions.")),
            Reading,
            async (arguments, call, cancelled) => new SessionList((await call.Mediator.Send(
                new ListAgentSessionsQuery(
                    call.AgentOf(arguments.AgentId), arguments.TaskId, arguments.Status, new PageRequest(arguments.Limit ?? DefaultLimit, null)),
                cancelled)).Items)),
    ];

    private const int DefaultLimit = 20;

    private static ToolAnnotations Reading => new() { ReadOnlyHint = true, IdempotentHint = true, DestructiveHint = false, OpenWorldHint = false };

    private static ToolAnnotations Adding => new() { ReadOnlyHint = false, IdempotentHint = false, DestructiveHint = false, OpenWorldHint = false };

    private static ToolAnnotations Repeatable => new() { ReadOnlyHint = false, IdempotentHint = true, DestructiveHint = false, OpenWorldHint = false };

    private static BudgetTool<T> Create<T>(
        string name,
        string description,
        JsonElement input,
        JsonElement output,
        ToolAnnotations annotations,
        Func<T, ToolCall, CancellationToken, Task<object>> run) => new(
            new Tool { Name = name, Description = description, InputSchema = input, OutputSchema = output, Annotations = annotations }, run);
}
