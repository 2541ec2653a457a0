namespace Entourage.Bench.Load;

/// <summary>What servers exchanged with their database.</summary>
/// <param name="Requests">The requests, each of which is a round trip.</param>
/// <param name="Sent">The bytes to the database, including protocol headers.</param>
/// <param name="Received">The bytes from the database, including protocol headers.</param>
/// <param name="EncryptedRecords">The TLS records to the database. Requests in them cannot be counted.</param>
internal sealed record Traffic(long Requests, long Sent, long Received, long EncryptedRecords)
{
    /// <summary>Returns what was exchanged since an earlier reading.</summary>
    public Traffic Since(Traffic earlier) => new(
        Requests - earlier.Requests, Sent - earlier.Sent, Received - earlier.Received, EncryptedRecords - earlier.EncryptedRecords);
}
