using Entourage.Application.Abstractions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Keys;

/// <summary>Writes the row that says how often keys were revoked.</summary>
internal static class KeyLock
{
    /// <summary>Tells every replica, with the commit of this transaction, that a key was revoked.</summary>
    public static Task RaiseKeyRevisionAsync(this IEntourageDb db, CancellationToken cancellationToken) =>
        db.KeyRevisions.ExecuteUpdateAsync(row => row.SetProperty(revision => revision.Number, revision => revision.Number + 1), cancellationToken);

    /// <summary>Waits for the other transactions that do so; see <see cref="OrganisationLock"/>.</summary>
    public static Task LockKeysAsync(this IEntourageDb db, CancellationToken cancellationToken) =>
        db.KeyRevisions.ExecuteUpdateAsync(row => row.SetProperty(revision => revision.Number, revision => revision.Number), cancellationToken);
}
