using System.Globalization;
using Entourage.Application.Json;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Budgets;

/// <summary>Creates the reasons to stop that the API reports.</summary>
public static class StopReason
{
    /// <summary>
    /// A hard budget has nothing left, such as <c>budget_exceeded:team:day</c>, or <c>budget_exceeded:label:month:17</c> with the id of a budget that is a
    /// resource of its own.
    /// </summary>
    public static string Of(Budget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        var reason = $"budget_exceeded:{EnumNames.Of(budget.Scope)}:{EnumNames.Of(budget.Window.Period)}";
        return budget.Rule is { } rule ? string.Create(CultureInfo.InvariantCulture, $"{reason}:{rule.Id}") : reason;
    }

    /// <summary>The agent, its team or its organisation is paused or archived, such as <c>paused:team</c> or <c>archived:agent</c>.</summary>
    public static string Of(PauseInForce paused)
    {
        ArgumentNullException.ThrowIfNull(paused);
        return $"{(paused.Pause.IsArchive ? "archived" : "paused")}:{EnumNames.Of(paused.Scope)}";
    }

    /// <summary>The session has ended: <c>session_ended</c>, <c>session_killed</c> or <c>session_abandoned</c>; null while it is active.</summary>
    public static string? Of(SessionStatus status) => status switch
    {
        SessionStatus.Active => null,
        SessionStatus.Killed => "session_killed",
        SessionStatus.Abandoned => "session_abandoned",
        _ => "session_ended",
    };
}
