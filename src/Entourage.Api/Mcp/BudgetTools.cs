using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Api.Contracts;
using Entourage.Application.Budgets;
using Entourage.Application.HumanRequests;
using Entourage.Application.Json;
using Entourage.Application.Ledger;
using Entourage.Application.Paging;
using Entourage.Application.Sessions;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Sessions;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Entourage.Api.Mcp;

/// <summary>The tools. Each sends the same request as a route of the API.</summary>
internal static class BudgetTools
{
    /// <summary>The instructions that a model gets with the list of tools.</summary>
    public const string Instructions =
        "Entourage meters what you spend and enforces your budget. Call check_budget before you begin. Call start_session once for each block of work, "
        + "report_usage after every model call, and end_session when you are done. Call reserve_budget before an expensive call. "
        + "Obey stop: when an answer contains \"stop\": true, begin nothing new, report what you have used, and end the session.";

    private static (string, JsonObject)[] SessionMembers =>
    [
        ToolSchema.Member("id", "integer", "The session. Pass it as session_id to the other tools."),
        ToolSchema.Member("status", "string", "active, completed, failed, killed or abandoned."),
        ToolSchema.Member("cost_usd", "number", "The cost so far, in US dollars."),
        ToolSchema.Member("tokens", "integer", "Input plus output tokens so far."),
    ];

    private static (string, JsonObject)[] StopMembers =>
    [
        ToolSchema.Member("stop", "boolean", "True: stop working. You must obey this member."),
        ToolSchema.Member("stop_reasons", "array", "Why you must stop; empty if you need not stop."),
        ToolSchema.Member("over_budget", "boolean", "Whether a hard budget has nothing left."),
    ];

    public static IReadOnlyList<McpServerTool> All { get; } =
    [
        Create<CheckBudgetArguments>(
            "check_budget",
            "Returns what you may still spend and whether you must stop. Call it before you begin to work, and whenever you are unsure. It changes nothing.",
            ToolSchema.Input([], ToolSchema.Agent(), ToolSchema.Task("The task to check; the task of your newest active session if omitted.")),
            ToolSchema.Output([
                .. StopMembers,
                ToolSchema.NullableMember("daily_limit_usd", "number", "The tightest daily cap, in US dollars; null if there is none."),
                ToolSchema.Member("daily_spent_usd", "number", "The amount spent under it today."),
                ToolSchema.NullableMember("daily_remaining_usd", "number", "The amount left under it."),
                ToolSchema.NullableMember("resets_at", "string", "When it resets (UTC)."),
                ToolSchema.NullableMember("wait_until", "string", "If a limit per minute is used up: wait until then (UTC) before your next model call."),
                ToolSchema.Member("budgets", "array", "Every budget that applies, with the amounts spent, reserved and remaining.")]),
            ReadsOnly,
            async (arguments, call, cancellationToken) =>
                await call.Mediator.Send(new GetAgentBudgetQuery(call.AgentOf(arguments.AgentId), arguments.TaskId), cancellationToken)),
        Create<StartSessionArguments>(
            "start_session",
            "Starts a session, in which your usage is recorded. Call it once when you begin a block of work. It is refused if no budget is left, if you are "
            + "paused, or if the task depends on unfinished tasks. If it is refused, do not work.",
            ToolSchema.Input(
                [],
                ToolSchema.Agent(),
                ToolSchema.Task("The task that you work on, if there is one. Its cap applies."),
                ToolSchema.Model("The model that you use; your agent's default model if omitted."),
                ToolSchema.Parent(),
                ToolSchema.ParentToken(),
                ToolSchema.Labels("What you work for."),
                ToolSchema.Key()),
            ToolSchema.Output(SessionMembers),
            Adds,
            async (arguments, call, cancellationToken) => await call.Mediator.Send(
                new StartSessionCommand(
                    call.AgentOf(arguments.AgentId),
                    arguments.TaskId,
                    arguments.Model,
                    arguments.ParentSessionId,
                    arguments.ParentToken,
                    arguments.IdempotencyKey)
                {
                    Labels = arguments.Labels,
                },
                cancellationToken)),
        Create<UsageBatchItemRequest>(
            "report_usage",
            "Records what one model call used, and returns whether to stop. Call it after every call, even if the call failed or you were told to stop, "
            + "because the money is already spent. If you omit cost_usd, Entourage computes the cost from the price of the model.",
            ToolSchema.Input(
                ["session_id", "input_tokens", "output_tokens"],
                ToolSchema.Session(),
                ToolSchema.Tokens("input_tokens", "Prompt tokens that were neither read from nor written to the provider's cache."),
                ToolSchema.Tokens("output_tokens", "Generated tokens, reasoning included."),
                ToolSchema.Tokens("cache_read_tokens", "Prompt tokens read from the provider's cache."),
                ToolSchema.Tokens("cache_write_tokens", "Prompt tokens written to the provider's cache."),
                ToolSchema.Usd("cost_usd", "What the call cost, if you know it."),
                ToolSchema.Model("The model of the call; the session's model if omitted."),
                ("reservation_id", ToolSchema.Member("", "string", "The id that reserve_budget returned, if you reserved money for this call.").Schema),
                ToolSchema.Error("What went wrong, if the call failed."),
                ToolSchema.Labels("What this call is for, if it is not for the same as the session."),
                ToolSchema.Key()),
            ToolSchema.Output([.. StopMembers, .. SessionMembers]),
            Adds,
            async (arguments, call, cancellationToken) =>
                await call.Mediator.Send(arguments.ToCommand(ToolCall.SessionOf(arguments.SessionId), arguments.IdempotencyKey), cancellationToken)),
        Create<ReserveBudgetArguments>(
            "reserve_budget",
            "Reserves money before an expensive call, so that no other agent can spend it. Pass estimated_cost_usd, or model with input_tokens and "
            + "max_output_tokens. It is refused if too little is left. If it is refused, do not make the call. Afterwards, pass the id as reservation_id to report_usage.",
            ToolSchema.Input(
                ["session_id"],
                ToolSchema.Session(),
                ToolSchema.Usd("estimated_cost_usd", "The most that the call may cost."),
                ToolSchema.Model("Instead of an estimate: the model of the call."),
                ToolSchema.Tokens("input_tokens", "Instead of an estimate: the prompt tokens, including cached ones, without those in cache_write_tokens."),
                ToolSchema.Tokens("max_output_tokens", "Instead of an estimate: the maximum number of generated tokens."),
                ToolSchema.Tokens("cache_write_tokens", "Additional prompt tokens that may be written to the provider's cache. If omitted, any prompt token may be."),
                ToolSchema.Ttl(),
                ToolSchema.Labels("What this call is for, if it is not for the same as the session."),
                ToolSchema.Key()),
            ToolSchema.Output(
                ToolSchema.Member("id", "string", "The reservation. Pass it as reservation_id to report_usage."),
                ToolSchema.Member("amount_usd", "number", "The reserved amount, in US dollars."),
                ToolSchema.Member("expires_at", "string", "When the reservation expires (UTC).")),
            Adds,
            async (arguments, call, cancellationToken) => await call.Mediator.Send(
                new ReserveSpendCommand(
                    ToolCall.SessionOf(arguments.SessionId),
                    arguments.EstimatedCostUsd,
                    arguments.Model,
                    arguments.InputTokens,
                    arguments.MaxOutputTokens,
                    arguments.CacheWriteTokens,
                    LongCacheWriteTokens: null,
                    arguments.TtlSeconds,
                    arguments.IdempotencyKey)
                {
                    Labels = arguments.Labels,
                },
                cancellationToken)),
        Create<EndSessionArguments>(
            "end_session",
            "Ends a session and releases its reservations. Call it when your block of work is done or has failed, or when you were told to stop. "
            + "Ending a session again changes nothing.",
            ToolSchema.Input(
                ["session_id"],
                ToolSchema.Session(),
                ToolSchema.OneOf("outcome", EnumNames.List(typeof(SessionOutcome)), "The outcome. If omitted, completed, or failed if there is an error."),
                ToolSchema.Error("What went wrong, if the work failed.")),
            ToolSchema.Output(SessionMembers),
            Idempotent,
            async (arguments, call, cancellationToken) => await call.Mediator.Send(
                new EndSessionCommand(ToolCall.SessionOf(arguments.SessionId), arguments.Outcome, arguments.Error), cancellationToken)),
        Create<RequestIncreaseArguments>(
            "request_budget_increase",
            "Asks a person for more budget. Call it once if a budget stopped you or will not last, then wait or stop. Nothing changes until a person "
            + "approves it. Call check_budget to see whether that happened.",
            ToolSchema.Input(
                ["question"],
                ToolSchema.Agent(),
                ("session_id", ToolSchema.Session().Schema),
                ToolSchema.Question(),
                ToolSchema.Usd("requested_usd", "How much more you need, above 0."),
                ToolSchema.Key()),
            ToolSchema.Output(
                ToolSchema.Member("id", "string", "The request."), ToolSchema.Member("status", "string", "The status: pending until a person answers.")),
            Adds,
            async (arguments, call, cancellationToken) => await call.Mediator.Send(
                new CreateHumanRequestCommand(
                    call.AgentOf(arguments.AgentId),
                    arguments.SessionId,
                    HumanRequestKind.BudgetIncrease,
                    arguments.Question,
                    arguments.RequestedUsd,
                    arguments.IdempotencyKey),
                cancellationToken)),
        Create<ListSessionsArguments>(
            "list_my_sessions",
            "Lists your sessions with their costs, newest first. Call it if you have lost the id of a session. It changes nothing.",
            ToolSchema.Input(
                [],
                ToolSchema.Agent(),
                ToolSchema.Task("Only sessions on this task."),
                ToolSchema.OneOf("status", EnumNames.List(typeof(SessionStatus)), "Only sessions with this status."),
                ToolSchema.Number("limit", 1, PageRequest.MaxLimit, "The maximum number of sessions; 20 if omitted.")),
            ToolSchema.Output(ToolSchema.Member("sessions", "array", "The sessions.")),
            ReadsOnly,
            async (arguments, call, cancellationToken) => new SessionList((await call.Mediator.Send(
                new ListAgentSessionsQuery(call.AgentOf(arguments.AgentId))
                {
                    Filter = new(arguments.TaskId, arguments.Status),
                    Page = new(arguments.Limit ?? DefaultLimit, null),
                },
                cancellationToken)).Items)),
    ];

    private const int DefaultLimit = 20;

    private static ToolAnnotations ReadsOnly => new() { ReadOnlyHint = true, IdempotentHint = true, DestructiveHint = false, OpenWorldHint = false };

    private static ToolAnnotations Adds => new() { ReadOnlyHint = false, IdempotentHint = false, DestructiveHint = false, OpenWorldHint = false };

    private static ToolAnnotations Idempotent => new() { ReadOnlyHint = false, IdempotentHint = true, DestructiveHint = false, OpenWorldHint = false };

    private static BudgetTool<T> Create<T>(
        string name,
        string description,
        JsonElement input,
        JsonElement output,
        ToolAnnotations annotations,
        Func<T, ToolCall, CancellationToken, Task<object>> run) => new(
            new Tool { Name = name, Description = description, InputSchema = input, OutputSchema = output, Annotations = annotations }, run);
}
