using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Audit;

namespace Entourage.Application.Audit;

/// <summary>Adds audit entries in the name of the current caller. One instance per scope.</summary>
/// <param name="db">The store.</param>
/// <param name="caller">The caller of the request.</param>
/// <param name="time">The clock.</param>
internal sealed class AuditTrail(IEntourageDb db, CallerContext caller, TimeProvider time)
{
    /// <summary>
    /// Adds an entry, which the next save writes together with the change; adds none if nothing changed. <paramref name="before"/> and
    /// <paramref name="after"/> are API responses or similar objects. They must hold no secret, because entries are kept for ever.
    /// </summary>
    /// <typeparam name="T">The type that describes the subject. Members of derived types are ignored.</typeparam>
    /// <param name="action">The action.</param>
    /// <param name="subject">The subject of the action.</param>
    /// <param name="before">The subject before the action; null if the action created it.</param>
    /// <param name="after">The subject after the action; null if the action removed it.</param>
    public void Add<T>(AuditAction action, AuditSubject subject, T? before, T? after)
        where T : class
    {
        if (AuditEntryFactory.Of(action, subject, before, after, caller.Current.ToActor(), time.GetUtcNow()) is { } entry)
        {
            db.AuditEntries.Add(entry);
        }
    }
}
