using System.Text.Json.Serialization;
using Entourage.Application.Budgets;

namespace Entourage.Application.Stops;

/// <summary>The action of a stop notice.</summary>
public enum StopAction
{
    /// <summary>A session was killed.</summary>
    Killed,

    /// <summary>Work must stop until it is resumed or the pause expires.</summary>
    Paused,

    /// <summary>Work may continue.</summary>
    Resumed,

    /// <summary>Work has ended, because the agent, its team or its organisation was archived.</summary>
    Archived,

    /// <summary>What was archived may work again.</summary>
    Restored,
}

/// <summary>The scope of a stop notice.</summary>
public enum StopScope
{
    /// <summary>A session.</summary>
    Session,

    /// <summary>An agent.</summary>
    Agent,

    /// <summary>A team.</summary>
    Team,

    /// <summary>An organisation.</summary>
    Organisation,
}

/// <summary>The payload of a stop event: a kill, the beginning or end of a pause, or an archive or restore.</summary>
/// <param name="Action">The action.</param>
/// <param name="Scope">The scope of the action.</param>
/// <param name="ScopeId">The id of the session, agent, team or organisation.</param>
/// <param name="Reason">The reason.</param>
/// <param name="By">The name of the actor; <c>entourage</c> for Entourage itself.</param>
/// <param name="At">When the action was taken (UTC).</param>
/// <param name="ExpiresAt">When the pause expires (UTC); null for never.</param>
public sealed record StopNotice(
    StopAction Action,
    StopScope Scope,
    [property: JsonConverter(typeof(ScopeIdJsonConverter))] string ScopeId,
    string? Reason,
    string By,
    DateTimeOffset At,
    DateTimeOffset? ExpiresAt);
