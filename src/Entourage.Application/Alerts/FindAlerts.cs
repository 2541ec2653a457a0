using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Alerts;

/// <summary>Finds the newest alerts of a team that concern one agent, task or session, open or not.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="AgentId">The agent; null for any.</param>
/// <param name="TaskId">The task; null for any.</param>
/// <param name="SessionId">The session; null for any.</param>
/// <param name="Most">The most alerts to return.</param>
public sealed record FindAlertsQuery(Guid TeamId, Guid? AgentId, long? TaskId, long? SessionId, int Most) : IQuery<IReadOnlyList<AlertResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

internal sealed class FindAlertsHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<FindAlertsQuery, IReadOnlyList<AlertResponse>>
{
    public async Task<IReadOnlyList<AlertResponse>> Handle(FindAlertsQuery request, CancellationToken cancellationToken)
    {
        var alerts = await db.Alerts.AsNoTracking()
            .Where(alert => alert.TeamId == request.TeamId)
            .Where(alert => request.AgentId == null || alert.AgentId == request.AgentId)
            .Where(alert => request.TaskId == null || alert.TaskId == request.TaskId)
            .Where(alert => request.SessionId == null || alert.SessionId == request.SessionId)
            .OrderByDescending(alert => alert.Sequence)
            .Take(request.Most)
            .ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        return [.. alerts.Select(alert => AlertResponse.From(alert, now))];
    }
}
