namespace Entourage.Bench.Load;

/// <summary>Sends requests in turn, as one of several that go through the same list.</summary>
/// <param name="requests">The list.</param>
/// <param name="expectedStatus">The status that every answer has.</param>
/// <param name="number">Which of the clients it is: where it begins.</param>
/// <param name="clients">How many they are: how far it goes on each turn.</param>
internal sealed class RepeatingClient(IReadOnlyList<byte[]> requests, int expectedStatus, int number, int clients) : IClient
{
    /// <inheritdoc/>
    public async ValueTask TurnAsync(HttpConnection connection, int turn) =>
        await connection.SendAsync(requests[(int)((number + ((long)turn * clients)) % requests.Count)], expectedStatus);
}
