using System.Diagnostics;

namespace Entourage.Bench.Load;

/// <summary>Reserves money, then records the usage that commits the reservation.</summary>
/// <param name="sessions">The sessions, used in turn.</param>
/// <param name="number">The number of this client, at which it starts in the list.</param>
/// <param name="clients">The number of clients, by which it advances on each turn.</param>
internal sealed class ReservingClient(IReadOnlyList<long> sessions, int number, int clients) : IClient
{
    private readonly byte[][] reserves = [.. sessions.Select(Requests.Reserve)];
    private readonly byte[][] commits = [.. sessions.Select(Requests.Commit)];
    private readonly List<long> reserveTicks = [];

    /// <summary>The latencies of the first of the two calls.</summary>
    public IReadOnlyList<long> ReserveTicks => reserveTicks;

    /// <inheritdoc/>
    public async ValueTask TurnAsync(HttpConnection connection, int turn)
    {
        var session = (int)((number + ((long)turn * clients)) % sessions.Count);
        var started = Stopwatch.GetTimestamp();
        var reservation = await connection.SendAsync(reserves[session], 201);
        reserveTicks.Add(Stopwatch.GetTimestamp() - started);

        // A private copy, because its bytes change.
        Requests.PutReservation(commits[session], reservation.Span);
        await connection.SendAsync(commits[session], 200);
    }
}
