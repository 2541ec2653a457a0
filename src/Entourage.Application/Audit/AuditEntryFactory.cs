using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Application.Access;
using Entourage.Application.Json;
using Entourage.Domain.Audit;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Audit;

/// <summary>Creates the entries of the audit trail.</summary>
public static class AuditEntryFactory
{
    /// <summary>Converts a caller to an actor of the audit trail.</summary>
    public static AuditActor ToActor(this Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return new(caller.Name, caller.KeyId) { Kind = caller.Kind, Issuer = caller.Issuer, Subject = caller.Subject };
    }

    /// <summary>Creates an entry with the members that differ; null if none does.</summary>
    /// <typeparam name="T">The type that describes the subject.</typeparam>
    /// <param name="action">The action.</param>
    /// <param name="subject">The subject of the action.</param>
    /// <param name="before">The subject before the action; null if the action created it.</param>
    /// <param name="after">The subject after the action; null if the action removed it.</param>
    /// <param name="actor">The actor.</param>
    /// <param name="now">The current time (UTC).</param>
    public static AuditEntry? Of<T>(AuditAction action, AuditSubject subject, T? before, T? after, AuditActor actor, DateTimeOffset now)
        where T : class
    {
        var (old, @new) = (ToObject(before), ToObject(after));
        RemoveEqual(old, @new);
        return old.Count + @new.Count == 0
            ? null
            : AuditEntry.Create(
                action, subject, before is null ? null : old.ToJsonString(), after is null ? null : @new.ToJsonString(), actor, now);
    }

    private static JsonObject ToObject<T>(T? value)
        where T : class => value is null ? [] : JsonSerializer.SerializeToNode(value, EntourageJson.Options)!.AsObject();

    /// <summary>Removes the members that are equal in both objects, at every level. A null member equals an absent one.</summary>
    private static void RemoveEqual(JsonObject old, JsonObject @new)
    {
        foreach (var member in old.Concat(@new).Select(member => member.Key).Distinct().ToArray())
        {
            var (before, after) = (old[member], @new[member]);
            if (before is JsonObject from && after is JsonObject to)
            {
                RemoveEqual(from, to);
                (before, after) = from.Count + to.Count == 0 ? (null, null) : (before, after);
            }

            if (JsonNode.DeepEquals(before, after))
            {
                old.Remove(member);
                @new.Remove(member);
            }
        }
    }
}

/// <summary>A pause, as the audit trail records it.</summary>
/// <param name="Paused">Whether a pause is in force.</param>
/// <param name="Reason">The reason for the pause, or for its end.</param>
/// <param name="ExpiresAt">When the pause expires (UTC); null for never.</param>
/// <param name="PausedBy">The name of the actor who paused.</param>
public sealed record AuditedPause(bool Paused, string? Reason, DateTimeOffset? ExpiresAt, string? PausedBy)
{
    /// <summary>Describes a pause that is in force.</summary>
    public static AuditedPause Of(Pause pause)
    {
        ArgumentNullException.ThrowIfNull(pause);
        return new(true, pause.Reason, pause.ExpiresAt, pause.By);
    }

    /// <summary>Describes the absence of a pause.</summary>
    /// <param name="reason">Why the pause was ended, if a reason was given.</param>
    public static AuditedPause None(string? reason = null) => new(false, reason, null, null);
}

/// <summary>Whether an agent, a team or an organisation is archived, as the audit trail records it.</summary>
/// <param name="Archived">Whether it is archived.</param>
/// <param name="SessionsKilled">How many sessions were killed; null for none.</param>
public sealed record AuditedArchive(bool Archived, int? SessionsKilled = null);

/// <summary>The team of an agent, as the audit trail records it.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="TeamName">The name of the team.</param>
/// <param name="MovesToTeamId">The team to which the agent will move; null if no move is planned.</param>
/// <param name="MovesAt">When the agent will move (UTC); null if no move is planned.</param>
public sealed record AuditedTeam(Guid TeamId, string TeamName, Guid? MovesToTeamId = null, DateTimeOffset? MovesAt = null);

/// <summary>A killed session, as the audit trail records it.</summary>
/// <param name="Status">The status of the session.</param>
/// <param name="Error">Why the session ended.</param>
public sealed record AuditedSession(SessionStatus Status, string? Error)
{
    /// <summary>Describes the current state of a session.</summary>
    public static AuditedSession Of(SessionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new(state.Status, state.Error);
    }
}
