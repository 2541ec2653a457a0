using Entourage.Application.Abstractions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Keys;

/// <summary>Writes the row that counts key revocations.</summary>
internal static class KeyLock
{
    /// <summary>Counts a revocation. Every replica sees it once the transaction commits.</summary>
    public static Task RaiseKeyRevisionAsync(this IEntourageDb db, CancellationToken cancellationToken) =>
        db.KeyRevisions.ExecuteUpdateAsync(row => row.SetProperty(revision => revision.Number, revision => revision.Number + 1), cancellationToken);

    /// <summary>
    /// Locks the row until the transaction ends, by writing it without changing it. The next transaction waits for this one and then sees its changes.
    /// </summary>
    public static Task LockKeysAsync(this IEntourageDb db, CancellationToken cancellationToken) =>
        db.KeyRevisions.ExecuteUpdateAsync(row => row.SetProperty(revision => revision.Number, revision => revision.Number), cancellationToken);
}
