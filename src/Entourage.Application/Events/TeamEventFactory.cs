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
/// Makes the events that a team's watchers are told. Whoever adds one to the store outside of the ledger holds the organisation
/// first; see <see cref="TeamEvent"/>.
/// </summary>
public static class TeamEventFactory
{
    /// <summary>An event whose payload is what the API answers elsewhere, or an object like it.</summary>
    /// <typeparam name="T">The payload.</typeparam>
    /// <param name="kind">What it tells of.</param>
    /// <param name="teamId">The team whose watchers are told.</param>
    /// <param name="agentId">The agent that it is about; null when it concerns all agents of the team.</param>
    /// <param name="sessionId">The session that it is about, if it is about one.</param>
    /// <param name="payload">What is told.</param>
    /// <param name="now">The present (UTC).</param>
    public static TeamEvent Of<T>(EventKind kind, Guid teamId, Guid? agentId, long? sessionId, T payload, DateTimeOffset now) =>
        TeamEvent.Create(kind, teamId, agentId, sessionId, JsonSerializer.Serialize(payload, EntourageJson.Options), now);

    /// <summary>A session began or ended.</summary>
    public static TeamEvent Of(SessionResponse session, Guid teamId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(session);
        return Of(EventKind.Session, teamId, session.AgentId, session.Id, session, now);
    }

    /// <summary>A team's settings were changed.</summary>
    public static TeamEvent Of(TeamSettingsResponse settings, Guid teamId, DateTimeOffset now) =>
        Of(EventKind.Settings, teamId, agentId: null, sessionId: null, settings, now);

    /// <summary>An alert was raised.</summary>
    public static TeamEvent Of(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return Of(EventKind.Alert, alert.TeamId, alert.AgentId, alert.SessionId, AlertResponse.From(alert), alert.CreatedAt);
    }

    /// <summary>A line of a budget was crossed, of which an alert says more.</summary>
    public static TeamEvent Of(BudgetStatus budget, Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return Of(EventKind.Budget, alert.TeamId, alert.AgentId, alert.SessionId, BudgetStatusResponse.From(budget), alert.CreatedAt);
    }
}
