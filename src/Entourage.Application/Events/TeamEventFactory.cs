using System.Text.Json;
using Entourage.Application.Alerts;
using Entourage.Application.Budgets;
using Entourage.Application.Json;
using Entourage.Application.Sessions;
using Entourage.Application.Settings;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;

namespace Entourage.Application.Events;

/// <summary>
/// Creates the stored events of a team. Outside the ledger, lock the organisation before you add one; see <see cref="TeamEvent"/>.
/// </summary>
internal static class TeamEventFactory
{
    /// <summary>Creates an event whose payload is serialised like a response of the API.</summary>
    /// <typeparam name="T">The type of the payload.</typeparam>
    /// <param name="kind">The kind of event.</param>
    /// <param name="teamId">The team.</param>
    /// <param name="agentId">The agent concerned; null for all agents of the team.</param>
    /// <param name="sessionId">The session concerned, if any.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="now">The current time (UTC).</param>
    public static TeamEvent Of<T>(EventKind kind, Guid teamId, Guid? agentId, long? sessionId, T payload, DateTimeOffset now) =>
        TeamEvent.Create(kind, teamId, agentId, sessionId, JsonSerializer.Serialize(payload, EntourageJson.Options), now);

    /// <summary>Creates the event of a session that started or ended.</summary>
    public static TeamEvent Of(SessionResponse session, Guid teamId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(session);
        return Of(EventKind.Session, teamId, session.AgentId, session.Id, session, now);
    }

    /// <summary>Creates the event of changed team settings.</summary>
    public static TeamEvent Of(TeamSettingsResponse settings, Guid teamId, DateTimeOffset now) =>
        Of(EventKind.Settings, teamId, agentId: null, sessionId: null, settings, now);

    /// <summary>Creates the event of an alert.</summary>
    public static TeamEvent Of(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return Of(EventKind.Alert, alert.TeamId, alert.AgentId, alert.SessionId, AlertResponse.From(alert, alert.CreatedAt), alert.CreatedAt);
    }

    /// <summary>Creates the event of a crossed line of a budget. The alert describes the crossing.</summary>
    public static TeamEvent Of(BudgetStatus budget, Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return Of(EventKind.Budget, alert.TeamId, alert.AgentId, alert.SessionId, BudgetStatusResponse.From(budget), alert.CreatedAt);
    }
}
