using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Errors;
using Entourage.Domain.Access;
using Entourage.Domain.Audit;
using Entourage.Domain.Keys;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Keys;

/// <summary>Sees to it that somebody can issue keys where every request needs one.</summary>
/// <param name="db">The store.</param>
/// <param name="time">The clock.</param>
public sealed class FirstKey(IEntourageDb db, TimeProvider time)
{
    /// <summary>Issues a key for all, unless there is one that holds. Any number of processes may do so at once: one of them does.</summary>
    /// <param name="given">The text that the operator has chosen for it; null to make one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The text that was made, which nobody knows yet; null when none was.</returns>
    /// <exception cref="InvalidInputException">The operator's key was revoked or has expired, and there is no other.</exception>
    public async Task<string?> EnsureAsync(string? given, CancellationToken cancellationToken) =>
        // Nothing is written where there is one: a store that cannot be written can still be read.
        await HasOneAsync(cancellationToken) ? null : await db.InTransactionAsync(inTransaction => IssueAsync(given, inTransaction), cancellationToken);

    private Task<bool> HasOneAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return db.ApiKeys.AnyAsync(
            key => key.Role == CallerRole.Admin && key.RevokedAt == null && (key.ExpiresAt == null || key.ExpiresAt > now), cancellationToken);
    }

    private async Task<string?> IssueAsync(string? given, CancellationToken cancellationToken)
    {
        await db.LockKeysAsync(cancellationToken);
        if (await HasOneAsync(cancellationToken))
        {
            return null;
        }

        var text = given ?? KeyText.Create();
        var now = time.GetUtcNow();
        var prefix = KeyText.PrefixOf(text);
        if (await db.ApiKeys.AnyAsync(key => key.Prefix == prefix, cancellationToken))
        {
            throw new InvalidInputException("Auth:BootstrapKey", "No admin key holds any more, and Auth:BootstrapKey was one of them: choose another.");
        }

        var key = ApiKey.ForAdmin(new(ReservedNames.FirstKey, Caller.Entourage.Name, null), text, now);
        db.ApiKeys.Add(key);
        var subject = AuditSubject.Of(AuditSubjectKind.Key, key.Id, organisationId: null);
        db.AuditEntries.Add(AuditEntryFactory.Of(AuditAction.KeyCreated, subject, before: null, KeyResponse.From(key), Caller.Entourage.ToActor(), now)!);
        await db.SaveChangesAsync(cancellationToken);
        return given is null ? text : null;
    }
}
