using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Errors;
using Entourage.Domain.Access;
using Entourage.Domain.Audit;
using Entourage.Domain.Keys;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Keys;

/// <summary>Ensures that an admin key exists on a server that requires keys.</summary>
/// <param name="db">The store.</param>
/// <param name="time">The clock.</param>
public sealed class FirstKey(IEntourageDb db, TimeProvider time)
{
    /// <summary>
    /// Issues an admin key unless a valid one exists. Any number of processes may call this at the same time; only one of them issues a key.
    /// </summary>
    /// <param name="given">The key text that the operator chose; null to generate one.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The generated key text, which is shown only now; null if none was generated.</returns>
    /// <exception cref="InvalidInputException">The operator's key was revoked or has expired, and no other admin key is valid.</exception>
    public async Task<string?> EnsureAsync(string? given, CancellationToken cancellationToken) =>
        // Writes nothing if a key exists, so that the server can also start on a read-only store.
        await HasAdminKeyAsync(cancellationToken) ? null : await db.InTransactionAsync(inTransaction => IssueAsync(given, inTransaction), cancellationToken);

    private Task<bool> HasAdminKeyAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return db.ApiKeys.AnyAsync(
            key => key.Role == CallerRole.Admin && key.RevokedAt == null && (key.ExpiresAt == null || key.ExpiresAt > now), cancellationToken);
    }

    private async Task<string?> IssueAsync(string? given, CancellationToken cancellationToken)
    {
        await db.LockKeysAsync(cancellationToken);
        if (await HasAdminKeyAsync(cancellationToken))
        {
            return null;
        }

        var text = given ?? KeyText.Create();
        var now = time.GetUtcNow();
        var prefix = KeyText.PrefixOf(text);
        if (await db.ApiKeys.AnyAsync(key => key.Prefix == prefix, cancellationToken))
        {
            throw new InvalidInputException("Auth:BootstrapKey", "No admin key is valid, and the key in Auth:BootstrapKey was revoked or has expired. Set Auth:BootstrapKey to a new key.");
        }

        var key = ApiKey.ForAdmin(new(ReservedNames.FirstKey, Caller.Entourage.Name, null), text, now);
        db.ApiKeys.Add(key);
        var subject = AuditSubject.Of(AuditSubjectKind.Key, key.Id, organisationId: null);
        db.AuditEntries.Add(AuditEntryFactory.Of(AuditAction.KeyCreated, subject, before: null, KeyResponse.From(key), Caller.Entourage.ToActor(), now)!);
        await db.SaveChangesAsync(cancellationToken);
        return given is null ? text : null;
    }
}
