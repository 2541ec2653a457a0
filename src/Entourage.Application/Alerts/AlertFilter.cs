using Entourage.Application.Abstractions;
using Entourage.Domain.Alerts;
using Entourage.Domain.Teams;

namespace Entourage.Application.Alerts;

/// <summary>Which alerts are meant. All conditions must hold.</summary>
/// <param name="Kind">Only alerts of this kind; null for all.</param>
/// <param name="Cause">Only alerts with exactly this cause; null for all.</param>
/// <param name="AgentId">Only alerts about this agent; null for all.</param>
/// <param name="SessionId">Only alerts about this session; null for all.</param>
/// <param name="TaskId">Only alerts about this task; null for all.</param>
public sealed record AlertFilter(AlertKind? Kind = null, string? Cause = null, Guid? AgentId = null, long? SessionId = null, long? TaskId = null);

/// <summary>Selects alerts.</summary>
internal static class AlertSelection
{
    /// <summary>The alerts of a team, or of all teams of an organisation.</summary>
    public static IQueryable<Alert> AlertsOf(this IEntourageDb db, Audience audience)
    {
        var (teamId, organisationId) = (audience.TeamId, audience.OrganisationId);
        return teamId is null
            ? db.Alerts.Where(alert => db.Teams.Any(team => team.Id == alert.TeamId && team.OrganisationId == organisationId))
            : db.Alerts.Where(alert => alert.TeamId == teamId);
    }

    /// <summary>Keeps the alerts that match a filter.</summary>
    public static IQueryable<Alert> Matching(this IQueryable<Alert> alerts, AlertFilter filter)
    {
        var (kind, cause, agentId, sessionId, taskId) = (filter.Kind, filter.Cause, filter.AgentId, filter.SessionId, filter.TaskId);
        return alerts
            .Where(alert => kind == null || alert.Kind == kind)
            .Where(alert => cause == null || alert.Cause == cause)
            .Where(alert => agentId == null || alert.AgentId == agentId)
            .Where(alert => sessionId == null || alert.SessionId == sessionId)
            .Where(alert => taskId == null || alert.TaskId == taskId);
    }

    /// <summary>Keeps the alerts with a status; all if it is null. See <see cref="Alert.StatusAt"/>.</summary>
    public static IQueryable<Alert> WithStatus(this IQueryable<Alert> alerts, AlertStatus? status, DateTimeOffset now) => status switch
    {
        AlertStatus.Open => alerts.Where(alert => alert.Status == AlertStatus.Open && (alert.ClosesAt == null || alert.ClosesAt > now)),
        AlertStatus.Closed => alerts.Where(alert => alert.Status == AlertStatus.Open && alert.ClosesAt <= now),
        AlertStatus.Acknowledged => alerts.Where(alert => alert.Status == AlertStatus.Acknowledged),
        _ => alerts,
    };
}
