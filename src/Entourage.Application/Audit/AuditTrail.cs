using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Audit;

namespace Entourage.Application.Audit;

/// <summary>Records what the present caller changes. One per scope, like the caller.</summary>
/// <param name="db">The store.</param>
/// <param name="caller">Who sent the request.</param>
/// <param name="time">The clock.</param>
public sealed class AuditTrail(IEntourageDb db, CallerContext caller, TimeProvider time)
{
    /// <summary>
    /// Adds an entry, which the next save writes with the change, unless nothing has changed. Before and after are what the API answers of the
    /// thing, or an object like it, and hold no secret: what is added here is kept for ever.
    /// </summary>
    /// <typeparam name="T">What is told of the thing; members of types below it are not looked at.</typeparam>
    /// <param name="action">What was done.</param>
    /// <param name="subject">To what.</param>
    /// <param name="before">The thing as it was; null where it was made.</param>
    /// <param name="after">The thing as it is to be; null where it was removed.</param>
    public void Add<T>(AuditAction action, AuditSubject subject, T? before, T? after)
        where T : class
    {
        if (AuditEntryFactory.Of(action, subject, before, after, caller.Current.ToActor(), time.GetUtcNow()) is { } entry)
        {
            db.AuditEntries.Add(entry);
        }
    }
}
