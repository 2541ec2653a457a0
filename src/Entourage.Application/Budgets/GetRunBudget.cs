using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>Reads what one run of an agent may still spend, whatever other sessions the agent has.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="SessionId">The session of the run; null if it has none. Then only the budgets of agent, team and organisation count.</param>
/// <param name="TaskId">The task to include; null for the task of the session.</param>
public sealed record GetRunBudgetQuery(Guid AgentId, long? SessionId, long? TaskId) : IQuery<BudgetResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

internal sealed class GetRunBudgetHandler(IEntourageDb db, IBudgetLedger ledger, TimeProvider time) : IRequestHandler<GetRunBudgetQuery, BudgetResponse>
{
    public async Task<BudgetResponse> Handle(GetRunBudgetQuery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var session = request.SessionId is { } id ? await FindSessionAsync(request.AgentId, id, cancellationToken) : null;
        var path = SessionChoice.Of(session is null ? [] : [session.Id, .. session.Ancestors]);
        var standing = await ledger.ReadAsync(new(request.AgentId, request.TaskId ?? session?.TaskId, path), now, cancellationToken);
        return BudgetResponse.From(standing with { WasKilled = session?.Status == SessionStatus.Killed }, now);
    }

    private async Task<Session> FindSessionAsync(Guid agentId, long id, CancellationToken cancellationToken) =>
        await db.Sessions.AsNoTracking().SingleOrDefaultAsync(session => session.Id == id && session.AgentId == agentId, cancellationToken)
        ?? throw new NotFoundException("session", id);
}
