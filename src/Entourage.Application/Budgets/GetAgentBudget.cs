using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>Reads what an agent may still spend.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task to include; null for the task of the session.</param>
public sealed record GetAgentBudgetQuery(Guid AgentId, long? TaskId) : IQuery<BudgetResponse>
{
    /// <summary>The session to include, of the same agent; null for none in particular.</summary>
    public long? SessionId { get; init; }

    /// <summary>
    /// Whether to include the newest active session if no session is named. Otherwise only the budgets of agent, team and organisation count.
    /// </summary>
    public bool UseNewestSession { get; init; } = true;

    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

internal sealed class GetAgentBudgetHandler(IEntourageDb db, IBudgetLedger ledger, TimeProvider time) : IRequestHandler<GetAgentBudgetQuery, BudgetResponse>
{
    public async Task<BudgetResponse> Handle(GetAgentBudgetQuery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var session = request.SessionId is { } id ? await FindSessionAsync(request.AgentId, id, cancellationToken) : null;
        var choice = session is not null ? SessionChoice.Of([session.Id, .. session.Ancestors])
            : request.UseNewestSession ? SessionChoice.NewestActive
            : SessionChoice.Of([]);
        var subject = new BudgetSubject(request.AgentId, request.TaskId ?? session?.TaskId, choice);
        var reading = await ledger.ReadAsync(subject, now, cancellationToken);
        IEnumerable<string> reasons = reading.Pauses.Select(paused => StopReason.Of(paused.Scope));
        var wasKilled = reading.WasKilled || session?.Status == SessionStatus.Killed;
        return BudgetResponse.From(reading.Position, now, wasKilled ? reasons.Append(StopReason.Of(SessionStatus.Killed)!) : reasons);
    }

    private async Task<Session> FindSessionAsync(Guid agentId, long id, CancellationToken cancellationToken) =>
        await db.Sessions.AsNoTracking().SingleOrDefaultAsync(session => session.Id == id && session.AgentId == agentId, cancellationToken)
        ?? throw new NotFoundException("session", id);
}
