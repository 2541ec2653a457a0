using Entourage.Client.Contracts;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Chat;

/// <summary>For whom a chat client spends, and how what it spends is known. What is not set is taken from the environment, as <c>entourage run</c> sets it.</summary>
public sealed class EntourageChatOptions
{
    /// <summary>The agent that works: <c>ENTOURAGE_AGENT_ID</c>. Required, unless a session is given.</summary>
    public Guid? AgentId { get; set; } = Guid.TryParse(EntourageOptions.FromEnvironment("ENTOURAGE_AGENT_ID"), out var id) ? id : null;

    /// <summary>The task that it works on: <c>ENTOURAGE_TASK_ID</c>.</summary>
    public long? TaskId { get; set; } = Number("ENTOURAGE_TASK_ID");

    /// <summary>
    /// A session that is open already, which is used and not ended: <c>ENTOURAGE_SESSION_ID</c>. When null, one is opened by the first call
    /// and ended when the client is disposed; where the server closed it for its silence, the next call opens another.
    /// </summary>
    public long? SessionId { get; set; } = Number("ENTOURAGE_SESSION_ID");

    /// <summary>The session whose sub-agent's the opened one is.</summary>
    public long? ParentSessionId { get; set; }

    /// <summary>
    /// A one-time token of another agent's session, which is the opened one's parent then. It opens one session: where silence closed that
    /// one, opening another is refused until the token is replaced here.
    /// </summary>
    public string? ParentToken { get; set; }

    /// <summary>The model, where neither the call nor its answer says.</summary>
    public string? Model { get; set; }

    /// <summary>
    /// Whether money is set aside before each call, so that no cap can be passed. Otherwise the agent's budget is looked at before each
    /// call, and a call may pass a cap by what it costs.
    /// </summary>
    public bool Reserve { get; set; } = true;

    /// <summary>What a call may cost at most (USD). When null, the price of the model and its tokens say.</summary>
    public decimal? EstimatedCostUsd { get; set; }

    /// <summary>The most output tokens of a call that does not limit them by <see cref="ChatOptions.MaxOutputTokens"/>.</summary>
    public long AssumedMaxOutputTokens { get; set; } = 4_096;

    /// <summary>How long a reservation holds, in seconds: 1 to 3,600. It is extended for as long as the call takes.</summary>
    public int ReservationSeconds { get; set; } = 300;

    /// <summary>How many input tokens a call has at most; by the length of its texts when not set.</summary>
    public Func<IReadOnlyList<ChatMessage>, ChatOptions?, long> EstimateInputTokens { get; set; } = TokenEstimate.OfInput;

    /// <summary>
    /// Whether <see cref="UsageDetails.InputTokenCount"/> includes cached tokens, as it should. Set it to false for a provider whose client
    /// counts them apart.
    /// </summary>
    public bool InputIncludesCached { get; set; } = true;

    /// <summary>What a call cost (USD), where somebody knows; when null, or where it answers null, the price of the model says.</summary>
    public Func<UsageDetails, string?, decimal?>? CostOf { get; set; }

    /// <summary>Called with the server's answer to each usage.</summary>
    public Action<UsageAnswer>? Reported { get; set; }

    private static long? Number(string name) => long.TryParse(EntourageOptions.FromEnvironment(name), out var number) ? number : null;
}
