namespace Entourage.Bench.Load;

/// <summary>Sends requests from a list that several clients share.</summary>
/// <param name="requests">The requests.</param>
/// <param name="expectedStatus">The expected status of every answer.</param>
/// <param name="number">The number of this client, at which it starts in the list.</param>
/// <param name="clients">The number of clients, by which it advances on each turn.</param>
internal sealed class RepeatingClient(IReadOnlyList<byte[]> requests, int expectedStatus, int number, int clients) : IClient
{
    /// <inheritdoc/>
    public async ValueTask TurnAsync(HttpConnection connection, int turn) =>
        await connection.SendAsync(requests[(int)((number + ((long)turn * clients)) % requests.Count)], expectedStatus);
}
