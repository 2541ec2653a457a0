using Entourage.Client.Contracts;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Chat;

/// <summary>Options of <see cref="EntourageChatClient"/>. Defaults come from the environment that <c>entourage run</c> sets.</summary>
public sealed class EntourageChatOptions
{
    /// <summary>The agent of the session. Required unless <see cref="SessionId"/> is set. Defaults to <c>ENTOURAGE_AGENT_ID</c>.</summary>
    public Guid? AgentId { get; set; } = Guid.TryParse(EntourageOptions.FromEnvironment("ENTOURAGE_AGENT_ID"), out var id) ? id : null;

    /// <summary>The task of the session. Defaults to <c>ENTOURAGE_TASK_ID</c>.</summary>
    public long? TaskId { get; set; } = Number("ENTOURAGE_TASK_ID");

    /// <summary>
    /// An active session to use, which the client does not end. Defaults to <c>ENTOURAGE_SESSION_ID</c>. If null, the first call starts a
    /// session, and disposing the client ends it. If the server closed that session because it was silent, the next call starts another.
    /// </summary>
    public long? SessionId { get; set; } = Number("ENTOURAGE_SESSION_ID");

    /// <summary>The parent of the session to start.</summary>
    public long? ParentSessionId { get; set; }

    /// <summary>
    /// A one-time token that makes another agent's session the parent. It starts one session only. If the server closed that session because
    /// it was silent, set a new token here before the next call.
    /// </summary>
    public string? ParentToken { get; set; }

    /// <summary>The labels of the session to start, for example <c>customer</c> = <c>acme</c>. They do not change a session that is set with <see cref="SessionId"/>.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>
    /// Returns the labels of a call, which add to those of the session or replace them. It gets the options of the call, whose
    /// <see cref="ChatOptions.AdditionalProperties"/> can say what the call is for.
    /// </summary>
    public Func<ChatOptions?, IReadOnlyDictionary<string, string>?>? LabelsOf { get; set; }

    /// <summary>The model, if neither the call nor the response names it.</summary>
    public string? Model { get; set; }

    /// <summary>
    /// Whether to reserve money before each call, so that no call can exceed a cap. If false, the client only checks the budget before each
    /// call, and a call can exceed a cap by its cost.
    /// </summary>
    public bool Reserve { get; set; } = true;

    /// <summary>The most that a call can cost (USD). If null, the server computes it from the tokens and the model's price.</summary>
    public decimal? EstimatedCostUsd { get; set; }

    /// <summary>The output tokens to reserve for a call without <see cref="ChatOptions.MaxOutputTokens"/>.</summary>
    public long AssumedMaxOutputTokens { get; set; } = 4_096;

    /// <summary>The lifetime of a reservation in seconds, from 1 to 3,600. It is extended while the call runs.</summary>
    public int ReservationSeconds { get; set; } = 300;

    /// <summary>Estimates the most input tokens of a call. By default, the estimate uses the length of the input.</summary>
    public Func<IReadOnlyList<ChatMessage>, ChatOptions?, long> EstimateInputTokens { get; set; } = TokenEstimate.OfInput;

    /// <summary>
    /// Whether <see cref="UsageDetails.InputTokenCount"/> includes cached tokens, as it should. Set it to false if the provider's client
    /// counts them separately.
    /// </summary>
    public bool InputIncludesCached { get; set; } = true;

    /// <summary>Returns the cost of a call (USD) from its usage and model. If null, or if it returns null, the server uses the model's price.</summary>
    public Func<UsageDetails, string?, decimal?>? CostOf { get; set; }

    /// <summary>Called with the server's response to each reported usage.</summary>
    public Action<UsageAnswer>? Reported { get; set; }

    private static long? Number(string name) => long.TryParse(EntourageOptions.FromEnvironment(name), out var number) ? number : null;
}
