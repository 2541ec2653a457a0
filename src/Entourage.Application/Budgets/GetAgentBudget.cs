using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Sessions;
using MediatR;

namespace Entourage.Application.Budgets;

/// <summary>Reads what an agent may still spend.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task it asks for; null takes the task of its newest active session.</param>
public sealed record GetAgentBudgetQuery(Guid AgentId, long? TaskId) : IQuery<BudgetResponse>
{
    /// <inheritdoc/>
    public Need Needs() => Need.Agent(Resource.Agent(AgentId));
}

internal sealed class GetAgentBudgetHandler(IBudgetLedger ledger, TimeProvider time) : IRequestHandler<GetAgentBudgetQuery, BudgetResponse>
{
    public async Task<BudgetResponse> Handle(GetAgentBudgetQuery request, CancellationToken cancellationToken)
    {
        var subject = new BudgetSubject(request.AgentId, request.TaskId, SessionChoice.NewestActive);
        var now = time.GetUtcNow();
        var reading = await ledger.ReadAsync(subject, now, cancellationToken);
        IEnumerable<string> reasons = reading.Pauses.Select(paused => StopReason.Of(paused.Scope));
        return BudgetResponse.From(reading.Position, now, reading.WasKilled ? reasons.Append(StopReason.Of(SessionStatus.Killed)!) : reasons);
    }
}
