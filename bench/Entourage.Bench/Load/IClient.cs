namespace Entourage.Bench.Load;

/// <summary>The work that one connection of a load repeats.</summary>
internal interface IClient
{
    /// <summary>Does the work once. Turns are counted and timed.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="turn">The number of turns before this one.</param>
    ValueTask TurnAsync(HttpConnection connection, int turn);
}
