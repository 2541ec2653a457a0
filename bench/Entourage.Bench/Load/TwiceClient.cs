namespace Entourage.Bench.Load;

/// <summary>Does another client's work twice per turn, as the baseline for work that takes two calls.</summary>
internal sealed class TwiceClient(IClient client) : IClient
{
    /// <inheritdoc/>
    public async ValueTask TurnAsync(HttpConnection connection, int turn)
    {
        await client.TurnAsync(connection, 2 * turn);
        await client.TurnAsync(connection, (2 * turn) + 1);
    }
}
