using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Application.Access;
using Entourage.Application.Json;
using Entourage.Domain.Audit;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Audit;

/// <summary>Makes the entries of the audit trail.</summary>
public static class AuditEntryFactory
{
    /// <summary>A caller as the trail names it.</summary>
    public static AuditActor ToActor(this Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return new(caller.Name, caller.KeyId) { Kind = caller.Kind, Issuer = caller.Issuer, Subject = caller.Subject };
    }

    /// <summary>An entry that holds the members which differ; null when none does.</summary>
    /// <typeparam name="T">What is told of the thing.</typeparam>
    /// <param name="action">What was done.</param>
    /// <param name="subject">To what.</param>
    /// <param name="before">The thing as it was; null where it was made.</param>
    /// <param name="after">The thing as it is to be; null where it was removed.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="now">The present (UTC).</param>
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

    /// <summary>Leaves of two objects the members that differ, and of these the same; what is null and what is absent is alike.</summary>
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

/// <summary>What the trail tells of a pause.</summary>
/// <param name="Paused">Whether one is in force.</param>
/// <param name="Reason">Why; of the end of one, why that.</param>
/// <param name="ExpiresAt">When it runs out (UTC); null for never.</param>
/// <param name="PausedBy">Who paused.</param>
public sealed record AuditedPause(bool Paused, string? Reason, DateTimeOffset? ExpiresAt, string? PausedBy)
{
    /// <summary>A pause that is in force.</summary>
    public static AuditedPause Of(Pause pause)
    {
        ArgumentNullException.ThrowIfNull(pause);
        return new(true, pause.Reason, pause.ExpiresAt, pause.By);
    }

    /// <summary>None.</summary>
    /// <param name="reason">Why it was ended, if somebody said.</param>
    public static AuditedPause None(string? reason = null) => new(false, reason, null, null);
}

/// <summary>What the trail tells of a session that was killed.</summary>
/// <param name="Status">How it stands.</param>
/// <param name="Error">Why it was ended.</param>
public sealed record AuditedSession(SessionStatus Status, string? Error)
{
    /// <summary>A session, as it stands.</summary>
    public static AuditedSession Of(SessionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new(state.Status, state.Error);
    }
}
