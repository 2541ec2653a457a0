using Entourage.Application.HumanRequests;
using Entourage.Domain;
using Entourage.Domain.HumanRequests;

namespace Entourage.Api.Contracts;

/// <summary>Something that an agent asks a person for.</summary>
/// <param name="AgentId">Required. The agent that asks.</param>
/// <param name="SessionId">The session of its own that it asks for. More money goes to that session's task, if it has a cap.</param>
/// <param name="Kind">Required. More money, or an answer.</param>
/// <param name="Question">Required. What it says, up to 4,000 characters.</param>
/// <param name="RequestedUsd">How much more it wants in USD: above 0, up to 1,000,000, with at most 9 decimals. Not with a question.</param>
public sealed record CreateHumanRequestBody(
    Guid? AgentId, long? SessionId = null, HumanRequestKind? Kind = null, string? Question = null, Money? RequestedUsd = null)
{
    /// <summary>The command.</summary>
    internal CreateHumanRequestCommand ToCommand(string? idempotencyKey) => new(AgentId, SessionId, Kind, Question, RequestedUsd, idempotencyKey);
}

/// <summary>What a person says to a request.</summary>
/// <param name="Decision">Required. Yes or no.</param>
/// <param name="Response">What the person says to it, up to 4,000 characters.</param>
/// <param name="GrantedUsd">How much more there is to be in USD: above 0, up to 1,000,000, with at most 9 decimals; what was asked for when absent. Only with a yes to a budget_increase.</param>
public sealed record RespondToHumanRequest(HumanDecision? Decision, string? Response = null, Money? GrantedUsd = null)
{
    /// <summary>The command for a request.</summary>
    internal RespondToHumanRequestCommand ToCommand(Guid id, string? idempotencyKey) => new(id, Decision, Response, GrantedUsd, idempotencyKey);
}
