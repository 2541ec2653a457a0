namespace Entourage.Application.Keys;

/// <summary>The number of key revocations so far, on all replicas.</summary>
public interface IKeyRevision
{
    /// <summary>
    /// Reads the current number, for each request with a key. Calls that arrive during a read share the next one, so the result is never older than
    /// the call.
    /// </summary>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    ValueTask<long> ReadAsync(CancellationToken cancellationToken);
}
