using Entourage.Application.HumanRequests;
using Entourage.Domain;
using Entourage.Domain.HumanRequests;

namespace Entourage.Api.Contracts;

/// <summary>A request from an agent to a person.</summary>
/// <param name="AgentId">Required. The agent that asks.</param>
/// <param name="Kind">Required. A request for money, or a question.</param>
/// <param name="Question">Required. The text for the person, up to 4,000 characters.</param>
/// <param name="SessionId">The agent's session that needs the money. An increase raises the cap of that session's task, if it has one.</param>
/// <param name="RequestedUsd">The requested increase in USD: above 0, up to 1,000,000, with at most 9 decimals. Not allowed with a question.</param>
public sealed record CreateHumanRequestBody(
    Guid? AgentId, HumanRequestKind? Kind, string? Question, long? SessionId = null, Money? RequestedUsd = null)
{
    internal CreateHumanRequestCommand ToCommand(string? idempotencyKey) => new(AgentId, SessionId, Kind, Question, RequestedUsd, idempotencyKey);
}

/// <summary>A person's answer to a request.</summary>
/// <param name="Decision">Required. Whether to approve the request.</param>
/// <param name="Response">A text for the agent, up to 4,000 characters.</param>
/// <param name="GrantedUsd">The granted increase in USD: above 0, up to 1,000,000, with at most 9 decimals; the requested amount if absent. Only when approving a budget_increase.</param>
public sealed record RespondToHumanRequest(HumanDecision? Decision, string? Response = null, Money? GrantedUsd = null)
{
    internal RespondToHumanRequestCommand ToCommand(Guid id, string? idempotencyKey) => new(id, Decision, Response, GrantedUsd, idempotencyKey);
}
