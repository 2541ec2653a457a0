using System.Text.Json.Serialization;
using Entourage.Application.Budgets;

namespace Entourage.Application.Stops;

/// <summary>What happened to work.</summary>
public enum StopAction
{
    /// <summary>A session was ended by somebody else than its agent.</summary>
    Killed,

    /// <summary>It must stop until it is resumed, or the pause runs out.</summary>
    Paused,

    /// <summary>It may go on.</summary>
    Resumed,
}

/// <summary>Whose work a stop is of.</summary>
public enum StopScope
{
    /// <summary>A session's.</summary>
    Session,

    /// <summary>An agent's.</summary>
    Agent,

    /// <summary>A team's.</summary>
    Team,

    /// <summary>An organisation's.</summary>
    Organisation,
}

/// <summary>What the watchers of a team are told of a stop, or of its end.</summary>
/// <param name="Action">What happened.</param>
/// <param name="Scope">To whom.</param>
/// <param name="ScopeId">The id of that.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who did it; <c>entourage</c> where the product itself did.</param>
/// <param name="At">When (UTC).</param>
/// <param name="ExpiresAt">When a pause runs out (UTC); null for one that does not.</param>
public sealed record StopNotice(
    StopAction Action,
    StopScope Scope,
    [property: JsonConverter(typeof(ScopeIdJsonConverter))] string ScopeId,
    string? Reason,
    string By,
    DateTimeOffset At,
    DateTimeOffset? ExpiresAt);
