namespace Entourage.Application.Keys;

/// <summary>How often keys were revoked, by any replica.</summary>
public interface IKeyRevision
{
    /// <summary>
    /// The number in force. It is asked for by every request that shows a key, so those that come while the store is being read share
    /// the next read; it is never that of a read which began before the call.
    /// </summary>
    /// <param name="cancellationToken">The caller has left.</param>
    ValueTask<long> ReadAsync(CancellationToken cancellationToken);
}
