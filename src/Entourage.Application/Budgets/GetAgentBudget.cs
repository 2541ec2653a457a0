using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Ledger;
using MediatR;

namespace Entourage.Application.Budgets;

/// <summary>Reads what an agent may still spend, in its newest active session if it has one.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task to include; null for the task of the session.</param>
public sealed record GetAgentBudgetQuery(Guid AgentId, long? TaskId) : IQuery<BudgetResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

internal sealed class GetAgentBudgetHandler(IBudgetLedger ledger, TimeProvider time) : IRequestHandler<GetAgentBudgetQuery, BudgetResponse>
{
    public async Task<BudgetResponse> Handle(GetAgentBudgetQuery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return BudgetResponse.From(await ledger.ReadAsync(new(request.AgentId, request.TaskId, SessionChoice.NewestActive), now, cancellationToken), now);
    }
}
