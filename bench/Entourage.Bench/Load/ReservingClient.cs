using System.Diagnostics;

namespace Entourage.Bench.Load;

/// <summary>Reserves money, then records the usage that commits the reservation.</summary>
/// <param name="sessions">The sessions that it does this for, in turn.</param>
/// <param name="number">Which of the clients it is: where it begins.</param>
/// <param name="clients">How many they are: how far it goes on each turn.</param>
internal sealed class ReservingClient(IReadOnlyList<long> sessions, int number, int clients) : IClient
{
    private readonly byte[][] reserves = [.. sessions.Select(Requests.Reserve)];
    private readonly byte[][] commits = [.. sessions.Select(Requests.Commit)];
    private readonly List<long> reserveTicks = [];

    /// <summary>How long the first of the two calls took, each time.</summary>
    public IReadOnlyList<long> ReserveTicks => reserveTicks;

    /// <inheritdoc/>
    public async ValueTask TurnAsync(HttpConnection connection, int turn)
    {
        var session = (int)((number + ((long)turn * clients)) % sessions.Count);
        var started = Stopwatch.GetTimestamp();
        var reservation = await connection.SendAsync(reserves[session], 201);
        reserveTicks.Add(Stopwatch.GetTimestamp() - started);

        // Its own copy: nobody else sends it.
        Requests.PutReservation(commits[session], reservation.Span);
        await connection.SendAsync(commits[session], 200);
    }
}
