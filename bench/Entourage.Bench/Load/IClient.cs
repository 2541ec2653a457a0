namespace Entourage.Bench.Load;

/// <summary>What one connection of a load does over and over.</summary>
internal interface IClient
{
    /// <summary>Does it once; a turn is what is counted and timed.</summary>
    /// <param name="connection">Its connection.</param>
    /// <param name="turn">How often it has done it before.</param>
    ValueTask TurnAsync(HttpConnection connection, int turn);
}
